using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Native.Cuda;
using LmDeploy.Engine.Settings;
using LmDeploy.Engine.Tensors;
using TorchSharp;

namespace LmDeploy.Engine.Decoders;

/// <summary>
/// Chooses the form of a model's forward pass. Kernels need a GPU, a kernel form for every part, and the same results as libtorch's operators; else
/// operators run. A model without kernels is only slower, and the reason is written to standard error.
/// </summary>
internal static class ForwardChoice
{
    /// <summary>More than one block of the attention of prompts computes.</summary>
    private const int ReferencePromptLength = PromptTiles.Queries + 9;

    /// <summary>Prepares the kernels at load, before the cache is planned, because their buffers take memory too.</summary>
    /// <param name="sessionLen">The longest sequence, in tokens.</param>
    public static void ChooseFor(Decoder decoder, ComputePlan plan, EngineSettings settings, int sessionLen)
    {
        if (plan.Device.type != DeviceType.CUDA)
        {
            return;
        }

        var lowered = WhyNotHere(plan, settings) is { } reason ? Lowering.Refuse<CudaWeights>(reason) : decoder.Parts.Lower();
        if (lowered.WhyNot is { } whyNot)
        {
            Report(whyNot);
            return;
        }

        try
        {
            decoder.Use(new KernelForward(lowered.Form, decoder.Spec, settings.CacheBlockSeqLen, settings.MaxBatchSize, sessionLen));
        }
        catch (Exception e) when (e is InvalidOperationException or CudaException)
        {
            Report(e.Message);
        }
    }

    /// <summary>Why no decoder runs in kernels on this device with these settings, whatever its parts are; null where it may.</summary>
    public static string? WhyNotHere(ComputePlan plan, EngineSettings settings) =>
        plan.Device.type == DeviceType.CUDA ? CudaSupport.WhyNot(settings.MaxBatchSize) : "kernels run on CUDA devices only";

    /// <summary>Compares kernels with operators once the cache exists, and drops the kernels where they differ. A host does this once for each model.</summary>
    public static void Confirm(LoadedModel model)
    {
        if (model is { Decoder.UsesKernels: true, KernelProof: { Exists: false } proof })
        {
            Confirm(model, proof);
        }
    }

    /// <param name="proof">The proof file that records agreement.</param>
    internal static void Confirm(LoadedModel model, KernelProof proof)
    {
        var operators = new OperatorForward(model.Decoder.Parts);
        var difference = Difference(model, operators);
        if (difference <= Tolerance(model.Decoder))
        {
            operators.Dispose();
            proof.Note();
            return;
        }

        Console.Error.WriteLine($"The kernels differ by {difference:0.####} from libtorch's operators, which are used instead");
        model.Decoder.Use(operators);
    }

    /// <summary>
    /// The tolerance between the two forms, relative to the norm of the hidden states: the type's rounding over all layers. Where two experts score
    /// almost the same, rounding decides between them, which changes a share of what the layer adds.
    /// </summary>
    private static double Tolerance(Decoder decoder) => (decoder.Dtype, decoder.Spec.Moe) switch
    {
        (torch.ScalarType.Float32, _) => 1e-3,
        (_, not null) => 0.3,
        (torch.ScalarType.Float16, _) => 0.02,
        _ => 0.1,
    };

    private static double Difference(LoadedModel model, OperatorForward operators)
    {
        using var scope = torch.NewDisposeScope();
        var expected = torch.cat([.. ReferencePass.Run(model, operators, ReferencePromptLength)], 0);
        var actual = torch.cat([.. ReferencePass.Run(model, model.Decoder.Current, ReferencePromptLength)], 0);
        return actual.Plus(expected.Times(-1)).norm().item<float>() / expected.norm().item<float>();
    }

    private static void Report(string whyNot) => Console.Error.WriteLine($"The model runs in libtorch's operators, without kernels of its own: {whyNot}");
}
