using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Kernels;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>The kernel form of a mixture of experts. Nothing waits for the host, so that it can be recorded.</summary>
/// <param name="operators">The same mixture in libtorch's operators, for steps that have no buffers for the kernels.</param>
internal sealed class CudaMoeMlp(CudaRouter router, CudaExperts experts, IMlp operators) : ICudaMlp
{
    public void Run(DecoderKernels kernels, StepBuffers buffers, nint slots)
    {
        if (buffers.Experts is not { } own)
        {
            using var scope = torch.NewDisposeScope();
            buffers.Delta.Tensor.copy_(operators.Forward(buffers.Normed.Tensor));
            return;
        }

        var (rows, launches, routing) = (buffers.X.Rows, kernels.Experts!, own.Routing);
        router.Scores.Run(kernels, buffers.Normed, own.Logits);
        launches.Route(rows, own.Logits.Pointer, slots, routing, router.Normalize, router.Factor);
        launches.GateUp(rows, experts.GateUp, buffers.Normed.Pointer, routing, own.Inner.Pointer, experts.Size);
        launches.Down(rows, experts.Down, own.Inner.Pointer, routing, own.Outputs.Pointer, experts.Size);
        launches.Mix(rows, own.Outputs.Pointer, routing, buffers.Delta.Pointer);
    }
}
