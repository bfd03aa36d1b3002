using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>The kernel form of a rotary position embedding.</summary>
/// <param name="Frequencies">[1, rotated dimensions / 2], float32. Not owned.</param>
/// <param name="Factor">On sine and cosine.</param>
/// <param name="Neighbours">Whether the pairs that are rotated are neighbours rather than halves apart.</param>
internal sealed record CudaRotation(torch.Tensor Frequencies, float Factor, bool Neighbours)
{
    /// <summary>Dimensions of a head that are rotated.</summary>
    public int Dimensions => 2 * (int)Frequencies.shape[1];
}
