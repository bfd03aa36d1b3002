namespace LmDeploy.Models.Quantization;

/// <summary>A tensor of a checkpoint that a matrix is made of, as the format asks for it.</summary>
/// <param name="Name">The tensor's name in the checkpoint.</param>
/// <param name="Dtypes">The element types that will do, as safetensors spells them.</param>
/// <param name="Shape">The dimensions, outermost first.</param>
internal readonly record struct StoredPart(string Name, IReadOnlyList<string> Dtypes, params long[] Shape);
