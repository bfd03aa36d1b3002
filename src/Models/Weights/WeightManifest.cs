using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Quantization;

namespace LmDeploy.Models.Weights;

/// <summary>
/// What a model's weights are: names, shapes, how they are stored, what they take stored and computed. Loading, random weights, admission and listings count by
/// it.
/// </summary>
/// <param name="Entries">In the order in which they are loaded.</param>
internal sealed record WeightManifest(IReadOnlyList<ManifestEntry> Entries)
{
    /// <summary>More numbers than this are not counted: no machine holds them, and sums of a few such counts in bytes do not overflow.</summary>
    public const long Most = 1L << 56;

    /// <summary>How many numbers the model has.</summary>
    public long Parameters { get; } = Sum(Entries.Select(entry => entry.Elements));

    /// <summary>The bytes that a load reads.</summary>
    public long StoredBytes { get; } = Sum(Entries.Select(entry => entry.StoredBytes));

    public bool HasQuantized { get; } = Entries.Any(entry => entry.IsQuantized);

    /// <summary>What the weights take once they are loaded.</summary>
    /// <param name="elementSize">Bytes of a number of the type that is computed in.</param>
    public long ComputedBytes(int elementSize) => Sum(Entries.Select(entry => entry.ComputedBytes(elementSize)));

    /// <summary>That of a model whose weights are made.</summary>
    public static WeightManifest OfMade(DecoderWeights weights) =>
        new([.. weights.Tensors
            .SelectMany(tensor => tensor.Parts.Select(part => new ManifestEntry(part.Name, part.Shape, "", 0, tensor.IsWide, IsQuantized: false)))]);

    /// <summary>That of a checkpoint, which is looked at: each tensor has to be there, in a shape and a type that are read.</summary>
    /// <param name="format">How quantized matrices are stored; null where there are none.</param>
    /// <exception cref="LmDeploy.Text.Errors.EngineException">What is missing, misshapen or of a type that is not read.</exception>
    public static WeightManifest Of(DecoderWeights weights, Checkpoint checkpoint, IWeightFormat? format) =>
        new([.. weights.Tensors.SelectMany(tensor => tensor.Parts.Select(part => Entry(tensor, part, checkpoint, format)))]);

    /// <summary>The product of dimensions, at most <see cref="Most"/>.</summary>
    public static long Product(IEnumerable<long> shape) => shape.Aggregate(1L, (product, size) => (long)Int128.Min((Int128)product * size, Most));

    private static long Sum(IEnumerable<long> numbers) => numbers.Aggregate(0L, (sum, number) => Math.Min(sum + number, Most));

    private static ManifestEntry Entry(WeightTensor tensor, WeightPart part, Checkpoint checkpoint, IWeightFormat? format)
    {
        if (format is not null && part.Shape.Length > 1 && format.Holds(checkpoint, part.Name))
        {
            var parts = format.PartsOf(checkpoint, part.Name, tensor.StoredShape(part, format.OutputsFirst));
            var bytes = Sum(parts.Select(stored => checkpoint.Find(stored.Name, stored.Dtypes, stored.Shape).Entry.Length));
            return new ManifestEntry(part.Name, part.Shape, format.Description, bytes, tensor.IsWide, IsQuantized: true);
        }

        var (_, entry) = checkpoint.Find(part.Name, TensorDtype.Floats, tensor.StoredShape(part, isOutputsFirst: false));
        return new ManifestEntry(part.Name, part.Shape, entry.Dtype, entry.Length, tensor.IsWide, IsQuantized: false);
    }
}
