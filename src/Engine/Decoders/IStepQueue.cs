using LmDeploy.Engine.StepInput;

namespace LmDeploy.Engine.Decoders;

/// <summary>Takes steps without waiting for what comes out of them. They run one after the other.</summary>
internal interface IStepQueue
{
    /// <summary>Whether a step only decodes and would be enqueued at once, without an allocation.</summary>
    bool IsRecorded(StepBatch batch);

    /// <param name="batch">Its tokens may be those that the step before chooses, see <see cref="StepSlice.Tokens"/>.</param>
    /// <param name="withCandidates">Whether the largest logits are wanted, and not only the most probable token.</param>
    /// <returns>What follows the last token of each slice, in their order; null when this model or this step is not made for it.</returns>
    IStepOutcome? TryEnqueue(StepBatch batch, bool withCandidates);
}
