namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>The kernel form of a whole decoder. The weights belong to its parts.</summary>
internal sealed record CudaWeights(CudaEmbedding Embedding, IReadOnlyList<CudaLayer> Layers, CudaNorm FinalNorm, CudaProduct Output)
{
    /// <summary>Of every norm over hidden states.</summary>
    public float NormEpsilon => FinalNorm.Epsilon;
}
