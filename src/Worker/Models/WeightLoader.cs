using LmDeploy.Worker.Models.Parts;
using LmDeploy.Worker.Models.Sources;
using TorchSharp;

namespace LmDeploy.Worker.Models;

/// <summary>Makes tensors in their final place and has them filled. They are complete when the source says so.</summary>
/// <remarks>The tensors it returns belong to the caller and to no dispose scope.</remarks>
/// <param name="source">Not owned.</param>
internal sealed class WeightLoader(IWeightSource source, torch.ScalarType dtype)
{
    /// <summary>How many elements were loaded so far.</summary>
    public long Parameters { get; private set; }

    /// <summary>How many bytes the loaded tensors take where they are now.</summary>
    public long LoadedBytes => Parameters * dtype.ElementSize();

    public torch.Device Device => source.Device;

    /// <summary>Brings loaded tensors into another order.</summary>
    public WeightLayout Layout { get; } = new(source);

    public bool Contains(string name) => source.Contains(name);

    /// <param name="type">Null for the engine's.</param>
    public torch.Tensor Vector(string name, long length, torch.ScalarType? type = null) => Load(type ?? dtype, [length], (name, 0, [length]));

    public torch.Tensor Matrix(string name, long rows, long columns) => Tensor(name, rows, columns);

    public torch.Tensor Tensor(string name, params long[] shape) => Load(dtype, shape, (name, 0, shape));

    /// <summary>Loads what plain checkpoints of the family have with inputs before outputs: a matrix, or several along the first dimension.</summary>
    /// <returns>[..., outputs, inputs]</returns>
    public torch.Tensor InputsFirst(string name, params long[] shape) => source.IsOutputsFirst(name)
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

    private torch.Tensor Load(torch.ScalarType type, long[] shape, params (string Name, long FirstRow, long[] Shape)[] parts)
    {
        var target = torch.empty(shape, dtype: type, device: source.Device);
        try
        {
            foreach (var (name, firstRow, partShape) in parts)
            {
                using var rows = target.narrow(0, firstRow, partShape[0]);
                source.Fill(rows, name);
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
