using LmDeploy.Engine.Decoders.Cuda;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>The attention of one layer. Owns its weights.</summary>
internal interface IAttention : IDisposable
{
    /// <param name="x">[rows, hidden]</param>
    /// <param name="angles">Null where positions are not rotated.</param>
    torch.Tensor Forward(torch.Tensor x, StepContext step, RotaryAngles? angles);

    /// <inheritdoc cref="INorm.Lower"/>
    /// <param name="rotation">Of the layer's positions; null where they are not rotated.</param>
    Lowering<CudaAttention> Lower(CudaRotation? rotation) => Lowering.Refuse<CudaAttention>($"attention: {GetType().Name} has no kernel form");
}
