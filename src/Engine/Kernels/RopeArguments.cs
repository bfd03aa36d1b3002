using TorchSharp;

namespace LmDeploy.Engine.Kernels;

/// <summary>What a layer does to queries and keys before attention.</summary>
/// <param name="Bias">[(heads + 2 * key-value heads) * head size]; null for none.</param>
/// <param name="QueryNorm">[head size]; null for none.</param>
/// <param name="KeyNorm">As the queries'.</param>
/// <param name="Frequencies">[rotated dimensions / 2], float32; null where nothing is rotated.</param>
/// <param name="Factor">On sine and cosine.</param>
/// <param name="Neighbours">Whether pairs are neighbours rather than halves apart.</param>
/// <param name="QueryScale">On the rotated queries.</param>
internal readonly record struct RopeArguments(
    torch.Tensor? Bias, torch.Tensor? QueryNorm, torch.Tensor? KeyNorm, float NormEpsilon, torch.Tensor? Frequencies, float Factor, bool Neighbours,
    float QueryScale);
