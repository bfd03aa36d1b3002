namespace LmDeploy.Models.Quantization;

/// <summary>What a matrix [outputs, inputs] is made of in <see cref="GptqFormat"/>.</summary>
/// <param name="Integers">[words, outputs]</param>
/// <param name="Zeros">[groups, words]</param>
/// <param name="Scales">[groups, outputs]</param>
/// <param name="Groups">[inputs], the group of each input; null where they are in order.</param>
/// <param name="GroupSize">How many inputs share a scale where they are in order.</param>
internal sealed record GptqMatrix(StoredPart Integers, StoredPart Zeros, StoredPart Scales, StoredPart? Groups, long GroupSize);
