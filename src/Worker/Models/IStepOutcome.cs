using TorchSharp;

namespace LmDeploy.Worker.Models;

/// <summary>What comes out of a step, once it was waited for: a row for each of its slices. Good until the step after the next one is enqueued.</summary>
internal interface IStepOutcome
{
    /// <summary>One token a row.</summary>
    ReadOnlySpan<int> MostProbable { get; }

    /// <summary>Waits for the device.</summary>
    void Wait();

    /// <summary>The largest logits of a row, largest first; null when they are not among those that came back.</summary>
    (int[] Ids, float[] Logits)? Candidates(int row);

    /// <summary>All logits of a row; good until the next step is enqueued.</summary>
    /// <returns>[1, vocabulary], float32, on the device.</returns>
    torch.Tensor Logits(int row);
}
