namespace LmDeploy.Engine.Native.Cuda;

/// <summary>A stream of the current context that does not wait for the default one. Not thread-safe.</summary>
internal sealed class CudaStream : IDisposable
{
    private const uint NonBlocking = 1;
    private const int RelaxedCapture = 2;

    public CudaStream()
    {
        CudaDriver.Check(CudaDriver.StreamCreate(out var handle, NonBlocking), "cuStreamCreate");
        Handle = handle;
    }

    public nint Handle { get; }

    public void Synchronize() => CudaDriver.Check(CudaDriver.StreamSynchronize(Handle), "cuStreamSynchronize");

    /// <summary>Records what is enqueued instead of running it.</summary>
    /// <param name="enqueue">May neither allocate on the device nor wait for it.</param>
    public CudaGraph Capture(Action enqueue)
    {
        CudaDriver.Check(CudaDriver.StreamBeginCapture(Handle, RelaxedCapture), "cuStreamBeginCapture");
        try
        {
            enqueue();
        }
        catch
        {
            if (CudaDriver.StreamEndCapture(Handle, out var broken) == 0)
            {
                _ = CudaDriver.GraphDestroy(broken);
            }

            throw;
        }

        CudaDriver.Check(CudaDriver.StreamEndCapture(Handle, out var graph), "cuStreamEndCapture");
        return new CudaGraph(graph);
    }

    public void Dispose() => _ = CudaDriver.StreamDestroy(Handle);
}
