using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Steps;
using LmDeploy.Engine.Tensors;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Scheduling;

/// <summary>
/// Runs a prefill and decode steps before the model is called ready, so that no request pays for first calls. Kernels of our own are compared with
/// libtorch's operators the first time that a host has them for a model, and dropped where they differ.
/// </summary>
internal static class WarmUp
{
    private const int PromptLength = 2;

    /// <summary>More than one block of the attention of prompts computes.</summary>
    private const int LongPromptLength = PromptTiles.Queries + 9;

    /// <summary>The first time a step runs kernel by kernel, then it is recorded and launched as a whole.</summary>
    private const int DecodeSteps = 3;

    public static void Run(LoadedModel model)
    {
        var decoder = model.Decoder;
        if (decoder.UsesKernels && model.KernelProof is { Exists: false } proof)
        {
            Prove(model, proof);
        }

        using var scope = torch.NewDisposeScope();
        Story(model, decoder.Forward, PromptLength);
    }

    private static void Prove(LoadedModel model, KernelProof proof)
    {
        var difference = Difference(model);
        if (difference <= Tolerance(model.Decoder))
        {
            proof.Note();
            return;
        }

        Console.Error.WriteLine($"The kernels differ by {difference:0.####} from libtorch's operators, which are used instead");
        model.Decoder.DropKernels();
    }

    /// <summary>
    /// How far the two ways may be apart, as a share of the hidden states' length: the type's rounding over all layers. Between experts with almost the same
    /// score rounding decides, and then a share of what a layer adds is another one.
    /// </summary>
    private static double Tolerance(Decoder decoder) => (decoder.Dtype, decoder.Spec.Moe) switch
    {
        (torch.ScalarType.Float32, _) => 1e-3,
        (_, not null) => 0.3,
        (torch.ScalarType.Float16, _) => 0.02,
        _ => 0.1,
    };

    private static double Difference(LoadedModel model)
    {
        using var scope = torch.NewDisposeScope();
        var expected = torch.cat([.. Story(model, model.Decoder.ForwardByOperators, LongPromptLength)], 0);
        var actual = torch.cat([.. Story(model, model.Decoder.Forward, LongPromptLength)], 0);
        return actual.Plus(expected.Times(-1)).norm().item<float>() / expected.norm().item<float>();
    }

    /// <returns>The hidden states of every step, as float32 on the CPU.</returns>
    private static List<torch.Tensor> Story(LoadedModel model, Func<StepBatch, KeyValueCache, FlightRecord?, torch.Tensor> forward, int promptLength)
    {
        // Blocks from 1 on, as the allocator would hand them out; nothing else runs yet.
        var blockSize = model.CacheGeometry.BlockSize;
        var room = Math.Min(model.SessionLen, (model.CacheGeometry.Blocks - 1) * blockSize);
        var prompt = Math.Max(1, Math.Min(promptLength, room - DecodeSteps));
        var end = Math.Min(prompt + DecodeSteps, room);
        var blocks = new BlockTable(blockSize);
        for (var block = 1; blocks.Capacity < end; block++)
        {
            blocks.Add(block);
        }

        var hidden = new List<torch.Tensor> { Step(model, forward, blocks, 0, prompt) };
        for (var position = prompt; position < end; position++)
        {
            hidden.Add(Step(model, forward, blocks, position, 1));
        }

        return hidden;
    }

    private static torch.Tensor Step(
        LoadedModel model, Func<StepBatch, KeyValueCache, FlightRecord?, torch.Tensor> forward, BlockTable blocks, int firstPosition, int count)
    {
        using var scope = torch.NewDisposeScope();
        var tokens = Enumerable.Range(firstPosition, count).Select(position => position % model.Decoder.Spec.VocabSize).ToArray();
        var slice = new StepSlice { Blocks = blocks, Tokens = tokens, FirstPosition = firstPosition, PromptLength = firstPosition + count };
        var hidden = forward(new StepBatch([slice]), model.Cache, null);
        _ = model.Decoder switch
        {
            { Spec.HasOutput: true } decoder => decoder.Logits(hidden.narrow(0, count - 1, 1)).argmax(1).to(torch.CPU),
            { Spec.ScoreHead: not null } decoder => decoder.Scores(hidden).to(torch.CPU),
            _ => hidden.to(torch.CPU),
        };
        return hidden.to(torch.float32).to(torch.CPU).MoveToOuterDisposeScope();
    }
}
