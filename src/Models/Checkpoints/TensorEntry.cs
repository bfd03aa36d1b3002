namespace LmDeploy.Models.Checkpoints;

/// <summary>Where one tensor lies.</summary>
/// <param name="Name">The tensor's name in the checkpoint.</param>
/// <param name="Dtype">The element type as safetensors spells it.</param>
/// <param name="Shape">The dimensions, outermost first.</param>
/// <param name="Offset">The first byte, counted from the start of the file.</param>
/// <param name="Length">In bytes.</param>
internal sealed record TensorEntry(string Name, string Dtype, long[] Shape, long Offset, long Length)
{
    public long Elements => Shape.Aggregate(1L, (product, dimension) => product * dimension);

    public string ShapeText => $"[{string.Join(", ", Shape)}]";
}
