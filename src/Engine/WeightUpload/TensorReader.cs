using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Quantization;
using TorchSharp;

namespace LmDeploy.Engine.WeightUpload;

/// <summary>Reads tensors of a checkpoint onto a device.</summary>
/// <param name="counter">Is told of the bytes that were read.</param>
/// <param name="copies">Copies tensors that need no conversion asynchronously; null to read everything synchronously.</param>
internal sealed class TensorReader(Checkpoint checkpoint, torch.Device device, ByteCounter counter, CopyQueue? copies, CancellationToken cancellationToken)
{
    private const int PieceBytes = 32 << 20;

    public Checkpoint Checkpoint => checkpoint;

    public torch.Device Device => device;

    /// <summary>Reads a tensor as it is stored; it is the caller's, and complete.</summary>
    /// <exception cref="Errors.EngineException">The tensor is missing, misshapen or of another type.</exception>
    public torch.Tensor Read(StoredPart part)
    {
        var (file, entry) = checkpoint.Find(part.Name, part.Dtypes, part.Shape);
        var tensor = torch.empty(part.Shape, dtype: ElementTypes.Of(entry.Dtype), device: device);
        try
        {
            Copy(file, entry, tensor);
            Await(tensor);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads a tensor of numbers into one of the same shape, converted to its type. They are there once <see cref="Await"/> or <see cref="Flush"/> says so.
    /// </summary>
    /// <param name="target">Contiguous.</param>
    /// <inheritdoc cref="Read"/>
    public void ReadInto(torch.Tensor target, string name)
    {
        var (file, entry) = checkpoint.Find(name, TensorDtype.Floats, target.shape);
        Copy(file, entry, target);
    }

    /// <summary>Waits until a tensor, or the one that it is a view of, is complete.</summary>
    public void Await(torch.Tensor tensor) => copies?.Await(TorchShim.DataPointer(tensor), tensor.numel() * tensor.ElementSize);

    /// <summary>Waits until all tensors are complete.</summary>
    public void Flush() => copies?.Flush();

    private void Copy(SafetensorsFile file, TensorEntry entry, torch.Tensor target)
    {
        if (copies is not null && target.dtype == ElementTypes.Of(entry.Dtype))
        {
            copies.Add(file, entry.Offset, TorchShim.DataPointer(target), entry.Length);
        }
        else
        {
            Convert(file, entry, target);
        }
    }

    private void Convert(SafetensorsFile file, TensorEntry entry, torch.Tensor target)
    {
        var type = ElementTypes.Of(entry.Dtype);
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
            counter.Add(count * elementSize);
        }
    }
}
