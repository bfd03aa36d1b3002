using System.Runtime.InteropServices;
using LmDeploy.Text.Errors;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Native.LibTorch;

/// <summary>Loads one libtorch and TorchSharp's native library into this process, by absolute paths and before TorchSharp looks for them.</summary>
/// <remarks>A failed first touch of TorchSharp cannot be repaired in the same process, so this happens once and before anything else.</remarks>
internal static class LibTorchLoader
{
    private const string NewestLibStdCpp = "GLIBCXX_3.4.32";

    private static readonly string[] CpuLibraries = ["libc10.so", "libtorch_cpu.so"];
    private static readonly string[] CudaLibraries = ["libc10_cuda.so", "libtorch_cuda.so"];

    /// <summary>Loads the libraries and initialises TorchSharp.</summary>
    /// <param name="withCuda">Whether to load the CUDA half as well, where the build has one.</param>
    /// <exception cref="EngineException"><see cref="ErrorCodes.NativeLibrary"/>, naming the file.</exception>
    public static void Load(LibTorchCandidate libTorch, string torchSharpLibrary, bool withCuda)
    {
        var cuda = withCuda && libTorch.HasCuda;
        foreach (var name in CpuLibraries.Concat(cuda ? CudaLibraries : []).Append("libtorch.so"))
        {
            LoadLibrary(Path.Combine(libTorch.Folder, name));
        }

        LoadTorchSharp(torchSharpLibrary);
        try
        {
            torch.InitializeDeviceType(cuda ? DeviceType.CUDA : DeviceType.CPU);
        }
        catch (Exception e) when (e is TypeInitializationException or NotSupportedException or InvalidOperationException)
        {
            throw new EngineException(
                ErrorCodes.NativeLibrary, $"TorchSharp does not start with libtorch in {libTorch}: {(e.InnerException ?? e).Message}", libTorch.Folder, e);
        }
    }

    private static void LoadLibrary(string path)
    {
        try
        {
            NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new EngineException(ErrorCodes.NativeLibrary, $"Cannot load '{path}': {e.Message}", path, e);
        }
    }

    private static void LoadTorchSharp(string path)
    {
        if (NativeLibrary.TryLoad(path, out _))
        {
            return;
        }

        var bytes = File.ReadAllBytes(path);
        if (!ElfSymbolVersions.MakeWeak(bytes, NewestLibStdCpp))
        {
            LoadLibrary(path);
            return;
        }

        using var patched = LibC.CreateMemoryFile(Path.GetFileName(path));
        RandomAccess.Write(patched, bytes, 0);
        LoadLibrary($"/proc/self/fd/{patched.DangerousGetHandle()}");
    }
}
