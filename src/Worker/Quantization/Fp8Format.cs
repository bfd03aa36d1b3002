using LmDeploy.Worker.Checkpoints;
using TorchSharp;

namespace LmDeploy.Worker.Quantization;

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

    public long CountOf(TensorEntry entry) => entry.Elements;

    public void Load(TensorReader reader, string name, torch.Tensor target)
    {
        using var scope = torch.NewDisposeScope();
        var codes = reader.Read(name, TensorDtype.Float8, target.shape);
        var values = torch.tensor(Float8.Values(reader.Checkpoint.TryFind(name)!.Dtype)).to(reader.Device);
        var (scales, block) = ReadScales(reader, name, target.shape);
        var matrices = target.shape.Length == 2 ? 1 : target.shape[0];
        var (rows, columns) = (target.shape[^2], target.shape[^1]);
        var count = block.CountOf(rows, columns);
        var scaleOf = scales.view(matrices, count.Rows, count.Columns);
        for (var matrix = 0L; matrix < matrices; matrix++)
        {
            using var pieces = torch.NewDisposeScope();
            new ScaledCodes(codes.view(matrices, rows, columns)[matrix], values, scaleOf[matrix], block).WidenInto(target.view(matrices, rows, columns)[matrix]);
        }
    }

    /// <summary>Finds out what scales are for by how many there are.</summary>
    private (torch.Tensor Scales, ScaleBlocks Block) ReadScales(TensorReader reader, string name, long[] shape)
    {
        var checkpoint = reader.Checkpoint;
        var scale = ScaleSuffixes.Select(suffix => name + suffix).FirstOrDefault(checkpoint.Contains) ?? name + ScaleSuffixes[blocks is null ? 1 : 0];
        var (many, rows, columns) = (shape[..^2], shape[^2], shape[^1]);
        if (blocks is { } block && block.CountOf(rows, columns) is var count)
        {
            return (reader.Read(scale, TensorDtype.Floats, [.. many, count.Rows, count.Columns]), block);
        }

        long[] perOutput = [.. many, rows, 1];
        if (checkpoint.TryFind(scale)?.Shape is not { } stored || stored.SequenceEqual(perOutput) || stored.SequenceEqual(perOutput.SkipLast(1)))
        {
            return (reader.Read(scale, TensorDtype.Floats, checkpoint.TryFind(scale)?.Shape ?? perOutput), new ScaleBlocks(1, columns));
        }

        return stored.Aggregate(1L, (product, size) => product * size) == many.Aggregate(1L, (product, size) => product * size)
            ? (reader.Read(scale, TensorDtype.Floats, stored), new ScaleBlocks(rows, columns))
            : throw checkpoint.WrongShape(scale, $"[{string.Join(", ", perOutput)}], or one number for a matrix");
    }
}
