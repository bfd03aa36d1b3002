namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>The kernel form of a layer. A norm is null where the layer has none.</summary>
internal sealed record CudaLayer(
    CudaNorm? AttentionInputNorm, CudaAttention Attention, CudaNorm? AttentionOutputNorm, CudaNorm? MlpInputNorm, ICudaMlp Mlp, CudaNorm? MlpOutputNorm)
{
    public IEnumerable<CudaNorm> Norms => ((CudaNorm?[])[AttentionInputNorm, AttentionOutputNorm, MlpInputNorm, MlpOutputNorm]).OfType<CudaNorm>();
}
