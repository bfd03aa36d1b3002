using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>The kernel form of the gated networks of all experts of a layer. The weights are not owned.</summary>
/// <param name="GateUp">[experts, 2 * size, hidden]</param>
/// <param name="Down">[experts, hidden, size]</param>
/// <param name="Size">The inner size of one expert.</param>
internal sealed record CudaExperts(torch.Tensor GateUp, torch.Tensor Down, int Size);
