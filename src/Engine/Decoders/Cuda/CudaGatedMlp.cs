using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Kernels;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>The kernel form of a <see cref="GatedMlp"/>.</summary>
/// <param name="gateUp">To all gates, then all ups.</param>
internal sealed class CudaGatedMlp(CudaProduct gateUp, CudaProduct down) : ICudaMlp
{
    public void Run(DecoderKernels kernels, StepBuffers buffers, nint slots)
    {
        if (buffers.X.Rows == 1 && gateUp.IsGemv)
        {
            kernels.GemvGate(gateUp.Weight, buffers.Normed.Pointer, buffers.Gated.Pointer, gateUp.Inputs, down.Inputs);
        }
        else
        {
            gateUp.Run(kernels, buffers.Normed, buffers.GateUp);
            kernels.Gate(buffers.X.Rows, buffers.GateUp.Pointer, buffers.Gated.Pointer, down.Inputs);
        }

        down.Run(kernels, buffers.Gated, buffers.Delta);
    }
}
