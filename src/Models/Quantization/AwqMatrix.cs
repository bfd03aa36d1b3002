namespace LmDeploy.Models.Quantization;

/// <summary>What a matrix [outputs, inputs] is made of in <see cref="AwqFormat"/>.</summary>
/// <param name="Integers">[inputs, words]</param>
/// <param name="Zeros">[groups, words]; null where all zero points are in the middle.</param>
/// <param name="Scales">[groups, outputs]</param>
/// <param name="GroupSize">How many inputs share a scale.</param>
internal sealed record AwqMatrix(StoredPart Integers, StoredPart? Zeros, StoredPart Scales, long GroupSize);
