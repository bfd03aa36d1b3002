namespace LmDeploy.Engine.Native.Cuda;

/// <summary>A mark in a stream that can be waited for. Not thread-safe.</summary>
internal sealed class CudaEvent : IDisposable
{
    private const uint DisableTiming = 2;

    private readonly nint _handle;

    public CudaEvent() => CudaDriver.Check(CudaDriver.EventCreate(out _handle, DisableTiming), "cuEventCreate");

    /// <summary>Marks what has been enqueued so far.</summary>
    public void Record(CudaStream stream) => CudaDriver.Check(CudaDriver.EventRecord(_handle, stream.Handle), "cuEventRecord");

    /// <summary>Waits until all that was marked last is done.</summary>
    public void Synchronize() => CudaDriver.Check(CudaDriver.EventSynchronize(_handle), "cuEventSynchronize");

    public void Dispose() => _ = CudaDriver.EventDestroy(_handle);
}
