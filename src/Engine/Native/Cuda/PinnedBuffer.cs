namespace LmDeploy.Engine.Native.Cuda;

/// <summary>Integers in host memory that the device reads without a copy by the driver in between. Not thread-safe.</summary>
internal sealed unsafe class PinnedBuffer : IDisposable
{
    private readonly nint _pointer;
    private readonly int _length;

    public PinnedBuffer(int length)
    {
        _length = length;
        CudaDriver.Check(CudaDriver.HostAlloc(out _pointer, (nuint)length * sizeof(int), 0), "cuMemHostAlloc");
    }

    public Span<int> Span => new((void*)_pointer, _length);

    /// <summary>Enqueues the copy of the first integers; they must not change before it is done.</summary>
    public void CopyTo(nint device, int count, CudaStream stream) =>
        CudaDriver.Check(CudaDriver.CopyToDevice(device, _pointer, (nuint)count * sizeof(int), stream.Handle), "cuMemcpyHtoDAsync");

    /// <summary>Enqueues the copy of the first integers from the device.</summary>
    public void CopyFrom(nint device, int count, CudaStream stream) =>
        CudaDriver.Check(CudaDriver.CopyToHost(_pointer, device, (nuint)count * sizeof(int), stream.Handle), "cuMemcpyDtoHAsync");

    public void Dispose() => _ = CudaDriver.FreeHost(_pointer);
}
