using LmDeploy.Text.Errors;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Native.LibTorch;

/// <summary>
/// Starts the best libtorch of this host in this process. One that failed its self-test in a process of its own is passed over;
/// the last candidate is tried right here, since there is nothing left to fall back to.
/// </summary>
internal sealed class LibTorchRuntime(LibTorchLocator locator, LibTorchVerdicts verdicts)
{
    private LibTorchCandidate? _loaded;

    /// <summary>The libtorch in use, or null before <see cref="Start"/>.</summary>
    public LibTorchCandidate? Loaded => _loaded;

    /// <summary>Loads libtorch once; later calls do nothing.</summary>
    /// <exception cref="EngineException"><see cref="ErrorCodes.NativeLibrary"/>, when no libtorch of this host works.</exception>
    public void Start()
    {
        if (_loaded is not null)
        {
            return;
        }

        var chosen = Choose();
        StartWith(chosen);
        LibTorchSelfTest.Run(torch.CPU);
        _loaded = chosen;
    }

    /// <summary>Loads this very libtorch and tests it, whatever was found about it before.</summary>
    public void StartWith(LibTorchCandidate candidate) =>
        LibTorchLoader.Load(candidate, TorchSharpLibrary(), withCuda: HasNvidiaDriver);

    private static bool HasNvidiaDriver => File.Exists("/proc/driver/nvidia/version") || File.Exists("/dev/nvidiactl");

    private LibTorchCandidate Choose()
    {
        var candidates = locator.Find();
        if (candidates.Count == 0)
        {
            throw new EngineException(
                ErrorCodes.NativeLibrary,
                $"No libtorch found: set {LibTorchLocator.Variable} to a folder with libtorch_cpu.so, install PyTorch with pip, "
                    + "or build with -p:TorchBackend=cpu.");
        }

        return candidates.SkipLast(1).FirstOrDefault(candidate => verdicts.Get(candidate).Works) ?? candidates[^1];
    }

    private string TorchSharpLibrary() => locator.TorchSharpLibrary
        ?? throw new EngineException(
            ErrorCodes.NativeLibrary, "libLibTorchSharp.so of the TorchSharp package is missing beside the worker; build or publish it again.");
}
