namespace LmDeploy.Models.Quantization;

/// <summary>What a matrix is made of in <see cref="Fp8Format"/>, or several along the first dimension.</summary>
/// <param name="Codes">As the plain matrix.</param>
/// <param name="Scales">One for each block of each matrix.</param>
/// <param name="Block">The part of a matrix that shares a scale.</param>
internal sealed record Fp8Matrix(StoredPart Codes, StoredPart Scales, ScaleBlocks Block);
