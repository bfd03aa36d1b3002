using LmDeploy.Engine.Native.LibTorch;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>A row of values for each token of a step, in memory that does not move while this lives.</summary>
internal sealed class StepRows(torch.Tensor tensor)
{
    /// <summary>[rows, values]</summary>
    public torch.Tensor Tensor => tensor;

    public int Rows { get; } = (int)tensor.shape[0];

    public nint Pointer { get; } = TorchShim.DataPointer(tensor);
}
