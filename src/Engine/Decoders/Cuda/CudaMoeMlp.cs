using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Kernels;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>A mixture of experts without a word to the host, so that it can be recorded; in libtorch's operators where a step has no buffers for it.</summary>
internal sealed class CudaMoeMlp(MoeMlp mlp, MoeSpec spec) : ICudaMlp
{
    private readonly CudaProduct _router = new(mlp.Router.Weight);

    public void Run(DecoderKernels kernels, StepBuffers buffers, nint slots)
    {
        if (buffers.Experts is not { } own)
        {
            using var scope = torch.NewDisposeScope();
            buffers.Delta.Tensor.copy_(mlp.Forward(buffers.Normed.Tensor));
            return;
        }

        var (rows, experts, routing) = (buffers.X.Rows, kernels.Experts!, own.Routing);
        _router.Run(kernels, buffers.Normed, own.Logits);
        experts.Route(rows, own.Logits.Pointer, slots, routing, spec.Normalize, (float)spec.ScalingFactor);
        experts.GateUp(rows, mlp.Experts.GateUp, buffers.Normed.Pointer, routing, own.Inner.Pointer, spec.IntermediateSize);
        experts.Down(rows, mlp.Experts.Down, own.Inner.Pointer, routing, own.Outputs.Pointer, spec.IntermediateSize);
        experts.Mix(rows, own.Outputs.Pointer, routing, buffers.Delta.Pointer);
    }
}
