using LmDeploy.Worker.Checkpoints;
using LmDeploy.Worker.Models.Parts;
using TorchSharp;

namespace LmDeploy.Worker.Models;

/// <summary>Copies tensors out of a checkpoint into their final place, converted to the engine's type on the way.</summary>
/// <remarks>The tensors it returns belong to the caller and to no dispose scope.</remarks>
internal sealed class WeightLoader(Checkpoint checkpoint, torch.Device device, torch.ScalarType dtype, IProgress<long>? progress, CancellationToken cancellationToken)
{
    private const int ChunkBytes = 32 << 20;

    private long _loadedBytes;

    /// <summary>How many elements were loaded so far.</summary>
    public long Parameters { get; private set; }

    /// <summary>How many bytes the loaded tensors take where they are now.</summary>
    public long LoadedBytes => Parameters * dtype.ElementSize();

    public torch.Device Device => device;

    public torch.ScalarType Dtype => dtype;

    public bool Contains(string name) => checkpoint.Contains(name);

    /// <param name="type">Null for the engine's.</param>
    public torch.Tensor Vector(string name, long length, torch.ScalarType? type = null) => Load(type ?? dtype, [length], (name, 0, [length]));

    public torch.Tensor Matrix(string name, long rows, long columns) => Tensor(name, rows, columns);

    public torch.Tensor Tensor(string name, params long[] shape) => Load(dtype, shape, (name, 0, shape));

    /// <summary>Loads bytes that stand for something else.</summary>
    public torch.Tensor Bytes(string name, params long[] shape) => Load(torch.uint8, shape, (name, 0, shape));

    /// <param name="name">Without the <c>.weight</c> and <c>.bias</c>.</param>
    /// <param name="transposed">Whether the checkpoint has the matrix as [inputs, outputs].</param>
    public Linear Linear(string name, long outputs, long inputs, bool bias, bool transposed = false)
    {
        var weight = transposed ? WeightLayout.Transposed(Matrix($"{name}.weight", inputs, outputs)) : Matrix($"{name}.weight", outputs, inputs);
        return new Linear(weight, bias ? Vector($"{name}.bias", outputs) : null);
    }

    /// <summary>Loads vectors one behind the other into one.</summary>
    public torch.Tensor StackedVector(params ReadOnlySpan<(string Name, long Length)> parts)
    {
        var (sources, total) = Stack(parts, length => [length]);
        return Load(dtype, [total], sources);
    }

    /// <summary>Loads matrices of the same width one below the other into one, so that one product serves them all.</summary>
    public torch.Tensor StackedMatrix(long columns, params ReadOnlySpan<(string Name, long Rows)> parts)
    {
        var (sources, total) = Stack(parts, rows => [rows, columns]);
        return Load(dtype, [total, columns], sources);
    }

    private static ((string, long, long[])[] Sources, long Total) Stack(ReadOnlySpan<(string Name, long Length)> parts, Func<long, long[]> shape)
    {
        var sources = new (string, long, long[])[parts.Length];
        var total = 0L;
        for (var i = 0; i < parts.Length; i++)
        {
            sources[i] = (parts[i].Name, total, shape(parts[i].Length));
            total += parts[i].Length;
        }

        return (sources, total);
    }

    private torch.Tensor Load(torch.ScalarType type, long[] shape, params (string Name, long FirstRow, long[] Shape)[] sources)
    {
        var target = torch.empty(shape, dtype: type, device: device);
        try
        {
            foreach (var (name, firstRow, sourceShape) in sources)
            {
                var (file, entry) = type == torch.uint8 ? checkpoint.FindBytes(name, sourceShape) : checkpoint.Find(name, sourceShape);
                using var rows = target.narrow(0, firstRow, sourceShape[0]);
                Copy(file, entry, rows);
                Parameters += entry.Elements;
            }

            return target.DetachFromDisposeScope();
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    private void Copy(SafetensorsFile file, TensorEntry entry, torch.Tensor target)
    {
        if (!TensorDtype.TryGet(entry.Dtype, out var type, out var elementSize))
        {
            (type, elementSize) = (torch.uint8, 1);
        }

        using var flat = target.view(-1);
        var chunk = Math.Min(entry.Elements, ChunkBytes / elementSize);
        using var staging = torch.empty([chunk], dtype: type);
        for (var start = 0L; start < entry.Elements; start += chunk)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(chunk, entry.Elements - start);
            file.Read(entry.Offset + (start * elementSize), staging.bytes[..(int)(count * elementSize)]);
            using var source = staging.narrow(0, 0, count);
            using var destination = flat.narrow(0, start, count);
            destination.copy_(source);
            _loadedBytes += count * elementSize;
            progress?.Report(_loadedBytes);
        }
    }
}
