using System.Security.Cryptography;
using System.Text;
using LmDeploy.Engine.Native;
using LmDeploy.Engine.Native.Cuda;
using LmDeploy.Engine.Native.Nvrtc;

namespace LmDeploy.Engine.Kernels;

/// <summary>
/// Compiles kernels for the current device and caches the cubin on disk. Its key is a hash of source, options, architecture and compiler. A damaged
/// file is compiled again.
/// </summary>
internal sealed class KernelCompiler(string cacheFolder)
{
    /// <summary>The compute capability whose instructions for whole matrices in shared memory no other one has.</summary>
    public const int Hopper = 90;

    /// <summary>The user's cache folder.</summary>
    public static string DefaultCacheFolder => UserCache.Folder("kernels");

    /// <exception cref="InvalidOperationException">The compiler refuses the source.</exception>
    /// <exception cref="CudaException">The driver refuses the result.</exception>
    public CudaModule Compile(string source, IEnumerable<string> definitions)
    {
        var capability = CudaDevice.Current().Capability;

        // With "a", the instructions that no later architecture has.
        var architecture = $"sm_{capability}{(capability == Hopper ? "a" : "")}";
        string[] options = [$"--gpu-architecture={architecture}", "--std=c++17", .. definitions];
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', [source, NvrtcProgram.Version(), .. options]))));
        var path = Path.Combine(cacheFolder, $"{key}.cubin");
        if (TryRead(path) is { } cached)
        {
            return cached;
        }

        var image = NvrtcProgram.Compile(source, options);
        Write(path, image);
        return new CudaModule(image);
    }

    private static CudaModule? TryRead(string path)
    {
        try
        {
            return new CudaModule(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CudaException)
        {
            return null;
        }
    }

    /// <summary>Writes the cubin to the cache. A failure only costs the next load time.</summary>
    private void Write(string path, byte[] image)
    {
        try
        {
            Directory.CreateDirectory(cacheFolder);
            var temporary = $"{path}.{Environment.ProcessId}";
            File.WriteAllBytes(temporary, image);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"Compiled kernels are not kept: {e.Message}");
        }
    }
}
