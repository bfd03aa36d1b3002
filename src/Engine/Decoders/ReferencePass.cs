using LmDeploy.Engine.Cache;
using LmDeploy.Engine.StepInput;
using TorchSharp;

namespace LmDeploy.Engine.Decoders;

/// <summary>A prefill and decode steps of one made-up sequence: the same numbers each time, so that two forms of a forward pass can be compared.</summary>
internal static class ReferencePass
{
    /// <summary>The first time a step runs kernel by kernel, then it is recorded and launched as a whole.</summary>
    private const int DecodeSteps = 3;

    /// <param name="promptLength">Tokens of the prefill; fewer where the session or the cache is too small.</param>
    /// <returns>The hidden states of every step, as float32 on the CPU.</returns>
    public static List<torch.Tensor> Run(LoadedModel model, IForward forward, int promptLength)
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

    private static torch.Tensor Step(LoadedModel model, IForward forward, BlockTable blocks, int firstPosition, int count)
    {
        using var scope = torch.NewDisposeScope();
        var tokens = Enumerable.Range(firstPosition, count).Select(position => position % model.Decoder.Spec.VocabSize).ToArray();
        var slice = new StepSlice { Blocks = blocks, Tokens = tokens, FirstPosition = firstPosition, PromptLength = firstPosition + count };
        var hidden = forward.Forward(new StepBatch([slice]), model.Cache, flight: null);
        _ = model.Decoder switch
        {
            { Spec.HasOutput: true } decoder => decoder.Logits(hidden.narrow(0, count - 1, 1)).argmax(1).to(torch.CPU),
            { Spec.ScoreHead: not null } decoder => decoder.Scores(hidden).to(torch.CPU),
            _ => hidden.to(torch.CPU),
        };
        return hidden.to(torch.float32).to(torch.CPU).MoveToOuterDisposeScope();
    }
}
