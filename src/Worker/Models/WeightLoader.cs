using LmDeploy.Worker.Checkpoints;
using LmDeploy.Worker.Models.Parts;
using LmDeploy.Worker.Quantization;
using TorchSharp;

namespace LmDeploy.Worker.Models;

/// <summary>Brings tensors of a checkpoint into their final place, as plain numbers of the engine's type whatever the checkpoint has them in.</summary>
/// <remarks>The tensors it returns belong to the caller and to no dispose scope.</remarks>
/// <param name="format">How quantized matrices are stored; null where there are none.</param>
internal sealed class WeightLoader(TensorReader reader, IWeightFormat? format, torch.ScalarType dtype)
{
    /// <summary>How many elements were loaded so far.</summary>
    public long Parameters { get; private set; }

    /// <summary>Whether any of them were quantized.</summary>
    public bool HasDequantized { get; private set; }

    /// <summary>How many bytes the loaded tensors take where they are now.</summary>
    public long LoadedBytes => Parameters * dtype.ElementSize();

    public torch.Device Device => reader.Device;

    public bool Contains(string name) => reader.Checkpoint.Contains(name);

    /// <param name="type">Null for the engine's.</param>
    public torch.Tensor Vector(string name, long length, torch.ScalarType? type = null) => Load(type ?? dtype, [length], (name, 0, [length]));

    public torch.Tensor Matrix(string name, long rows, long columns) => Tensor(name, rows, columns);

    public torch.Tensor Tensor(string name, params long[] shape) => Load(dtype, shape, (name, 0, shape));

    /// <summary>Loads what plain checkpoints of the family have with inputs before outputs: a matrix, or several along the first dimension.</summary>
    /// <returns>[..., outputs, inputs]</returns>
    public torch.Tensor InputsFirst(string name, params long[] shape) => IsQuantized(name) && format!.OutputsFirst
        ? Tensor(name, shape)
        : WeightLayout.Transposed(Tensor(name, [.. shape[..^2], shape[^1], shape[^2]]));

    /// <param name="name">Without the <c>.weight</c> and <c>.bias</c>.</param>
    /// <param name="inputsFirst">Whether plain checkpoints of the family have the matrix as [inputs, outputs].</param>
    public Linear Linear(string name, long outputs, long inputs, bool bias, bool inputsFirst = false)
    {
        var weight = inputsFirst ? InputsFirst($"{name}.weight", outputs, inputs) : Matrix($"{name}.weight", outputs, inputs);
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

    private bool IsQuantized(string name) => format?.Holds(reader.Checkpoint, name) == true;

    private torch.Tensor Load(torch.ScalarType type, long[] shape, params (string Name, long FirstRow, long[] Shape)[] sources)
    {
        var target = torch.empty(shape, dtype: type, device: reader.Device);
        try
        {
            foreach (var (name, firstRow, sourceShape) in sources)
            {
                using var rows = target.narrow(0, firstRow, sourceShape[0]);
                if (sourceShape.Length > 1 && IsQuantized(name))
                {
                    format!.Load(reader, name, rows);
                    HasDequantized = true;
                }
                else
                {
                    reader.ReadInto(rows, name);
                }

                Parameters += rows.numel();
            }

            return target.DetachFromDisposeScope();
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }
}
