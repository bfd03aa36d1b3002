using LmDeploy.Models.Checkpoints;

namespace LmDeploy.Models.Quantization;

/// <summary>
/// Weights of 8 bits under their own name, times a scale: one for each block of <c>weight_block_size</c> (DeepSeek, transformers), for each output,
/// or for the matrix. It is called <c>_scale_inv</c> or <c>_scale</c>, and means the same. Scales of activations are not read.
/// </summary>
/// <param name="method">As <c>quant_method</c> spells it.</param>
/// <param name="blocks">Null where scales are for outputs or for matrices.</param>
internal sealed class Fp8Format(string method, ScaleBlocks? blocks) : IWeightFormat
{
    private static readonly string[] ScaleSuffixes = ["_scale_inv", "_scale"];

    public string Description => method.Contains("fp8", StringComparison.Ordinal) ? method : $"{method} fp8";

    public bool OutputsFirst => false;

    public static Fp8Format Read(ConfigFile quantization)
    {
        const string key = "weight_block_size";
        return quantization.Integers(key) switch
        {
            null => new Fp8Format("fp8", null),
            [> 0, > 0] sizes => new Fp8Format("fp8", new ScaleBlocks(sizes[0], sizes[1])),
            _ => throw quantization.Invalid(key, "must be two whole numbers from 1"),
        };
    }

    public bool Holds(Checkpoint checkpoint, string name) => checkpoint.TryFind(name) is { } entry && TensorDtype.Float8.Contains(entry.Dtype);

    /// <summary>Finds out what scales are for by how many there are.</summary>
    /// <exception cref="LmDeploy.Text.Errors.EngineException"><see cref="LmDeploy.V1.ErrorCodes.WrongShape"/>.</exception>
    public Fp8Matrix MatrixOf(Checkpoint checkpoint, string name, params long[] shape)
    {
        var codes = new StoredPart(name, TensorDtype.Float8, shape);
        var scale = ScaleSuffixes.Select(suffix => name + suffix).FirstOrDefault(checkpoint.Contains) ?? name + ScaleSuffixes[blocks is null ? 1 : 0];
        var (many, rows, columns) = (shape[..^2], shape[^2], shape[^1]);
        if (blocks is { } block && block.CountOf(rows, columns) is var count)
        {
            return new Fp8Matrix(codes, new StoredPart(scale, TensorDtype.Floats, [.. many, count.Rows, count.Columns]), block);
        }

        long[] perOutput = [.. many, rows, 1];
        if (checkpoint.TryFind(scale)?.Shape is not { } stored || stored.SequenceEqual(perOutput) || stored.SequenceEqual(perOutput.SkipLast(1)))
        {
            return new Fp8Matrix(codes, new StoredPart(scale, TensorDtype.Floats, checkpoint.TryFind(scale)?.Shape ?? perOutput), new ScaleBlocks(1, columns));
        }

        return stored.Aggregate(1L, (product, size) => product * size) == many.Aggregate(1L, (product, size) => product * size)
            ? new Fp8Matrix(codes, new StoredPart(scale, TensorDtype.Floats, stored), new ScaleBlocks(rows, columns))
            : throw checkpoint.WrongShape(scale, $"[{string.Join(", ", perOutput)}], or one number for a matrix");
    }

    public IReadOnlyList<StoredPart> PartsOf(Checkpoint checkpoint, string name, params long[] shape)
    {
        var matrix = MatrixOf(checkpoint, name, shape);
        return [matrix.Codes, matrix.Scales];
    }
}
