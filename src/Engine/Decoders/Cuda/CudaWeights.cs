using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>The weights of a decoder as the kernels take them. They belong to the decoder.</summary>
internal sealed record CudaWeights(torch.Tensor Embedding, float EmbeddingScale, IReadOnlyList<CudaLayer> Layers, torch.Tensor FinalNorm, float NormEpsilon, CudaProduct Output)
{
    /// <param name="output">Null where it is the embedding matrix.</param>
    public static CudaWeights From(
        DecoderSpec spec, torch.Tensor embedding, IReadOnlyList<DecoderLayer> layers, INorm finalNorm, Linear? output, RotaryEmbedding? rope, RotaryEmbedding? slidingRope)
    {
        var norm = (RmsNorm)finalNorm;
        return new CudaWeights(
            embedding,
            Rounded((float)(spec.EmbeddingScale ?? 1), embedding.dtype),
            [.. layers.Select((layer, index) => CudaLayer.From(layer, spec, spec.SlidingWindows[index] is null ? rope : slidingRope ?? rope))],
            norm.Weight,
            (float)norm.Epsilon,
            new CudaProduct(output?.Weight ?? embedding));
    }

    /// <summary>As the engine's type holds it, which is how models were trained.</summary>
    private static float Rounded(float value, torch.ScalarType dtype)
    {
        using var scope = torch.NewDisposeScope();
        return torch.tensor(value).to(dtype).to(torch.float32).item<float>();
    }
}
