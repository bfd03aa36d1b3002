using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Kernels;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <inheritdoc cref="GatedMlp"/>
internal sealed class CudaGatedMlp(GatedMlp mlp) : ICudaMlp
{
    private readonly CudaProduct _gateUp = new(mlp.GateUp.Weight);
    private readonly CudaProduct _down = new(mlp.Down.Weight);

    public void Run(DecoderKernels kernels, StepBuffers buffers, nint slots)
    {
        if (buffers.X.Rows == 1 && _gateUp.IsGemv)
        {
            kernels.GemvGate(_gateUp.Weight, buffers.Normed.Pointer, buffers.Gated.Pointer, _gateUp.Inputs, _down.Inputs);
        }
        else
        {
            _gateUp.Run(kernels, buffers.Normed, buffers.GateUp);
            kernels.Gate(buffers.X.Rows, buffers.GateUp.Pointer, buffers.Gated.Pointer, _down.Inputs);
        }

        _down.Run(kernels, buffers.Gated, buffers.Delta);
    }
}
