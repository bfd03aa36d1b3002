using TorchSharp;

namespace LmDeploy.Worker.Checkpoints;

/// <summary>Reads tensors of a checkpoint onto a device, in pieces, and tells how many bytes it has read.</summary>
internal sealed class TensorReader(Checkpoint checkpoint, torch.Device device, IProgress<long>? progress, CancellationToken cancellationToken)
{
    private const int PieceBytes = 32 << 20;

    private long _bytes;

    public Checkpoint Checkpoint => checkpoint;

    public torch.Device Device => device;

    /// <summary>Reads a tensor as it is stored; it is the caller's.</summary>
    /// <param name="dtypes">The element types that will do.</param>
    /// <exception cref="Errors.EngineException">The tensor is missing, misshapen or of another type.</exception>
    public torch.Tensor Read(string name, IReadOnlyList<string> dtypes, params long[] shape)
    {
        var (file, entry) = checkpoint.Find(name, dtypes, shape);
        var tensor = torch.empty(shape, dtype: TensorDtype.TypeOf(entry.Dtype), device: device);
        try
        {
            Copy(file, entry, tensor);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Reads a tensor of numbers into one of the same shape, converted to its type.</summary>
    /// <inheritdoc cref="Read"/>
    public void ReadInto(torch.Tensor target, string name)
    {
        var (file, entry) = checkpoint.Find(name, TensorDtype.Floats, target.shape);
        Copy(file, entry, target);
    }

    private void Copy(SafetensorsFile file, TensorEntry entry, torch.Tensor target)
    {
        var type = TensorDtype.TypeOf(entry.Dtype);
        var elementSize = (int)type.ElementSize();
        using var flat = target.view(-1);
        var piece = Math.Min(entry.Elements, PieceBytes / elementSize);
        using var staging = torch.empty([piece], dtype: type);
        for (var start = 0L; start < entry.Elements; start += piece)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(piece, entry.Elements - start);
            file.Read(entry.Offset + (start * elementSize), staging.bytes[..(int)(count * elementSize)]);
            using var source = staging.narrow(0, 0, count);
            using var destination = flat.narrow(0, start, count);
            destination.copy_(source);
            _bytes += count * elementSize;
            progress?.Report(_bytes);
        }
    }
}
