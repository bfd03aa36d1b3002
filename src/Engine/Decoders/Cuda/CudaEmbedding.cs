using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>The kernel form of a token embedding.</summary>
/// <param name="Table">[vocabulary, hidden]. Not owned.</param>
/// <param name="Scale">As the engine's type holds it.</param>
internal sealed record CudaEmbedding(torch.Tensor Table, float Scale);
