using System.Runtime.InteropServices;

namespace LmDeploy.Engine.Native.Nvrtc;

/// <summary>Finds and loads NVIDIA's run-time compiler: beside the libtorch in use, where pip put it, or in a CUDA toolkit.</summary>
internal static class NvrtcLibrary
{
    private static readonly Lazy<nint> Loaded = new(Load);

    /// <summary>0 when this host has none.</summary>
    public static nint Handle => Loaded.Value;

    private static nint Load()
    {
        foreach (var path in Folders().Where(Directory.Exists).SelectMany(folder => Directory.GetFiles(folder, "libnvrtc*.so*")).Where(IsCompiler))
        {
            if (NativeLibrary.TryLoad(path, out var handle))
            {
                return handle;
            }
        }

        return NativeLibrary.TryLoad("libnvrtc.so", out var installed) ? installed : 0;
    }

    private static bool IsCompiler(string path) =>
        !Path.GetFileName(path).Contains("builtins", StringComparison.Ordinal) && !path.Contains(".alt.", StringComparison.Ordinal);

    private static IEnumerable<string> Folders()
    {
        if (LibTorchFolder() is { } libTorch)
        {
            var packages = Path.Combine(libTorch, "..", "..", "nvidia");
            if (Directory.Exists(packages))
            {
                foreach (var package in Directory.GetDirectories(packages).OrderByDescending(name => name, StringComparer.Ordinal))
                {
                    yield return Path.Combine(package, "lib");
                }
            }

            yield return libTorch;
        }

        yield return "/usr/local/cuda/lib64";
    }

    /// <summary>Where the loader took libtorch's CUDA half from.</summary>
    private static string? LibTorchFolder() => File.ReadLines("/proc/self/maps")
        .Where(line => line.EndsWith("/libtorch_cuda.so", StringComparison.Ordinal))
        .Select(line => Path.GetDirectoryName(line[line.IndexOf('/', StringComparison.Ordinal)..]))
        .FirstOrDefault();
}
