using LmDeploy.Engine.StepInput;

namespace LmDeploy.Engine.Decoders;

/// <summary>Enqueues steps on the device without waiting for their results (lookahead). Steps run in order.</summary>
internal interface IStepQueue
{
    /// <summary>Whether a step only decodes and would be enqueued at once, without an allocation.</summary>
    bool IsRecorded(StepBatch batch);

    /// <param name="batch">The step. Its tokens may be placeholders for the tokens that the step before chooses, see <see cref="StepSlice.Tokens"/>.</param>
    /// <param name="withCandidates">Whether the largest logits are wanted, and not only the most probable token.</param>
    /// <returns>The next token of each slice, in their order; null when this model or this step cannot be enqueued ahead.</returns>
    IStepOutcome? TryEnqueue(StepBatch batch, bool withCandidates);
}
