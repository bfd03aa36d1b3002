using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Native.LibTorch;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>A matrix product with a weight [outputs, inputs] into preallocated memory. Does not own the weight.</summary>
internal sealed class CudaProduct(torch.Tensor weight)
{
    // libtorch's product takes the other operand as [inputs, outputs]; this is a view, made once.
    private readonly torch.Tensor _transposed = weight.t().DetachFromDisposeScope();

    public torch.Tensor Weight => weight;

    /// <summary>Refuses transposed views: the kernels read a matrix row by row.</summary>
    /// <param name="part">For the reason why there is none.</param>
    public static Lowering<CudaProduct> Of(torch.Tensor weight, string part) => weight.is_contiguous()
        ? Lowering.To(new CudaProduct(weight))
        : Lowering.Refuse<CudaProduct>($"{part}: a matrix with its inputs before its outputs has no kernel form");

    /// <summary>Whether the product with one row runs in our kernel.</summary>
    public bool IsGemv => weight.dtype != torch.float32 && Inputs % 8 == 0;

    public int Outputs { get; } = (int)weight.shape[0];

    public int Inputs { get; } = (int)weight.shape[1];

    /// <summary>Multiplies. One row is bound by memory bandwidth and runs in our kernel; more rows run in the library.</summary>
    /// <param name="x">[rows, inputs]</param>
    /// <param name="y">[rows, outputs], written.</param>
    public void Run(DecoderKernels kernels, StepRows x, StepRows y)
    {
        if (x.Rows == 1 && IsGemv)
        {
            kernels.Gemv(weight, x.Pointer, y.Pointer, Inputs, Outputs);
        }
        else
        {
            TorchShim.Product(y.Tensor, x.Tensor, _transposed);
        }
    }
}
