using LmDeploy.Worker.Cache;
using LmDeploy.Worker.Models;
using LmDeploy.Worker.Steps;
using TorchSharp;

namespace LmDeploy.Worker.Scheduling;

/// <summary>Runs a prefill and a decode step before the model is called ready, so that no request pays for first calls.</summary>
internal static class WarmUp
{
    public static void Run(LoadedModel model)
    {
        // Blocks from 1 on, as the allocator would hand them out; nothing else runs yet.
        var blocks = new BlockTable(model.CacheGeometry.BlockSize);
        blocks.Add(1);
        var count = Math.Min(2, Math.Min(model.SessionLen, model.CacheGeometry.BlockSize));
        Step(model, blocks, firstPosition: 0, count);
        if (count < model.CacheGeometry.BlockSize)
        {
            Step(model, blocks, firstPosition: count, 1);
        }
    }

    private static void Step(LoadedModel model, BlockTable blocks, int firstPosition, int count)
    {
        using var scope = torch.NewDisposeScope();
        var slice = new StepSlice { Blocks = blocks, Tokens = new int[count], FirstPosition = firstPosition, PromptLength = firstPosition + count };
        var hidden = model.Decoder.Forward(new StepBatch([slice]), model.Cache);
        _ = model.Decoder switch
        {
            { Spec.HasOutput: true } decoder => decoder.Logits(hidden).argmax(1).to(torch.CPU),
            { Spec.ScoreHead: not null } decoder => decoder.Scores(hidden).to(torch.CPU),
            _ => hidden.to(torch.CPU),
        };
    }
}
