using System.Runtime.ExceptionServices;
using LmDeploy.Engine.Native.LibTorch;

namespace LmDeploy.Engine.Native.LibTorch;

/// <summary>Loads libtorch on a thread of its own while the first calls come in. Thread-safe.</summary>
internal sealed class LibTorchStart
{
    private readonly LibTorchRuntime _runtime;
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _failure;

    public LibTorchStart(LibTorchRuntime runtime)
    {
        _runtime = runtime;
        _thread = new Thread(Start) { Name = "libtorch", IsBackground = true };
    }

    /// <summary>To be called once, before <see cref="Wait"/>.</summary>
    /// <remarks>libtorch keeps the dynamic loader's lock while it is loaded, and whatever loads another library waits for it.</remarks>
    public void Begin() => _thread.Start();

    /// <summary>The libtorch in use; null while none is.</summary>
    public LibTorchCandidate? Loaded => _runtime.Loaded;

    /// <summary>Waits until libtorch is usable.</summary>
    /// <exception cref="Errors.EngineException">It is not.</exception>
    public void Wait()
    {
        _thread.Join();
        _failure?.Throw();
    }

    private void Start()
    {
        try
        {
            _runtime.Start();
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
    }
}
