namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>The kernel form of a router that scores by softmax.</summary>
/// <param name="Scores">To the logits of all experts.</param>
/// <param name="Normalize">Whether the weights of a row sum to <paramref name="Factor"/>.</param>
internal sealed record CudaRouter(CudaProduct Scores, bool Normalize, float Factor);
