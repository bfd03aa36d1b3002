using LmDeploy.Engine.Kernels;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>The kernel form of grouped-query attention with its projections.</summary>
/// <param name="Qkv">To queries, keys and values; their bias is in <paramref name="Rope"/>.</param>
/// <param name="Rope">What happens to queries and keys before attention.</param>
/// <param name="Window">How many of the latest positions are seen; null for all.</param>
internal sealed record CudaAttention(CudaProduct Qkv, RopeArguments Rope, AttentionArguments Arguments, int? Window, CudaProduct Output);
