using LmDeploy.Engine.Native.Cuda;

namespace LmDeploy.Engine.WeightUpload.Cuda;

/// <summary>A stream of its own, with two buffers.</summary>
internal sealed class CudaCopyLane : ICopyLane
{
    private readonly PrimaryContext _context;
    private readonly CudaStream? _stream;
    private readonly List<CudaCopyBuffer> _buffers = [];

    public CudaCopyLane(int ordinal)
    {
        _context = new PrimaryContext(ordinal);
        try
        {
            _stream = new CudaStream();
            _buffers.Add(new CudaCopyBuffer(_stream));
            _buffers.Add(new CudaCopyBuffer(_stream));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<ICopyBuffer> Buffers => _buffers;

    /// <summary>Waits for what is sent: it reads the buffers.</summary>
    public void Dispose()
    {
        if (_stream is not null)
        {
            _ = CudaDriver.StreamSynchronize(_stream.Handle);
        }

        _buffers.ForEach(buffer => buffer.Dispose());
        _stream?.Dispose();
        _context.Dispose();
    }
}
