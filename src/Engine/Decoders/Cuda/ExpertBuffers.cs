using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Kernels;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>Intermediate results of the experts of a layer, see <see cref="ExpertKernels"/>.</summary>
internal sealed record ExpertBuffers(StepRows Logits, StepRows Chosen, StepRows Weights, StepRows Plan, StepRows Order, StepRows Inner, StepRows Outputs)
{
    /// <summary>Bytes of an expert that are read in about the time that libtorch takes to launch the operators of one.</summary>
    private const long BytesForLaunches = 64 << 20;

    public Routing Routing => new(Chosen.Pointer, Weights.Pointer, Plan.Pointer, Order.Pointer);

    /// <summary>
    /// Whether the kernels are faster than libtorch's operators for a step with prompts. The operators read each expert once, however many rows it has, but
    /// take several launches for each and wait for the device in every layer; the kernels read it again for every <see cref="ExpertKernels.RowsAtATime"/> rows.
    /// </summary>
    public static bool IsWorthIt(int rows, DecoderSpec spec, torch.ScalarType dtype)
    {
        if (spec.Moe is not { } moe)
        {
            return false;
        }

        var bytes = 3L * moe.IntermediateSize * spec.HiddenSize * dtype.ElementSize();
        return (long)rows * moe.ExpertsPerToken <= Math.Min(
            ExpertKernels.MostPairs, ExpertKernels.RowsAtATime * moe.Experts * (1 + (BytesForLaunches / bytes)));
    }

    /// <remarks>Its tensors belong to the current dispose scope.</remarks>
    public static ExpertBuffers Allocate(int rows, DecoderSpec spec, torch.ScalarType dtype, torch.Device device)
    {
        var moe = spec.Moe!;
        var perToken = moe.ExpertsPerToken;
        return new ExpertBuffers(
            Rows(moe.Experts, dtype), Rows(perToken, torch.int32), Rows(perToken, torch.float32),
            new StepRows(torch.zeros([1, ExpertKernels.PlanIntegers(moe.Experts)], dtype: torch.int32, device: device)),
            Rows(perToken, torch.int32), Rows(perToken * moe.IntermediateSize, dtype), Rows(perToken * spec.HiddenSize, dtype));

        StepRows Rows(int values, torch.ScalarType type) => new(torch.empty([rows, values], dtype: type, device: device));
    }

    public IEnumerable<StepRows> All() => [Logits, Chosen, Weights, Plan, Order, Inner, Outputs];

    /// <inheritdoc cref="StepBuffers.First"/>
    public ExpertBuffers First(int rows)
    {
        return new ExpertBuffers(Of(Logits), Of(Chosen), Of(Weights), new StepRows(Plan.Tensor.narrow(0, 0, 1)), Of(Order), Of(Inner), Of(Outputs));

        StepRows Of(StepRows all) => new(all.Tensor.narrow(0, 0, rows));
    }
}
