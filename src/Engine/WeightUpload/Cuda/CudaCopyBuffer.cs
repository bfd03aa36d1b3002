using LmDeploy.Engine.Native.Cuda;

namespace LmDeploy.Engine.WeightUpload.Cuda;

/// <summary>Pinned host memory, which the device reads by DMA.</summary>
internal sealed unsafe class CudaCopyBuffer : ICopyBuffer, IDisposable
{
    private readonly CudaStream _stream;
    private readonly CudaEvent _sent = new();
    private readonly nint _pointer;

    /// <param name="stream">Not owned.</param>
    public CudaCopyBuffer(CudaStream stream)
    {
        _stream = stream;
        var result = CudaDriver.HostAlloc(out _pointer, CopyPiece.MostBytes, 0);
        if (result != 0)
        {
            _sent.Dispose();
            CudaDriver.Check(result, "cuMemHostAlloc");
        }
    }

    public Span<byte> Span => new((void*)_pointer, CopyPiece.MostBytes);

    public void Send(nint address, int bytes)
    {
        CudaDriver.Check(CudaDriver.CopyToDevice(address, _pointer, (nuint)bytes, _stream.Handle), "cuMemcpyHtoDAsync");
        _sent.Record(_stream);
    }

    public void Await() => _sent.Synchronize();

    public void Dispose()
    {
        _ = CudaDriver.FreeHost(_pointer);
        _sent.Dispose();
    }
}
