using LmDeploy.Worker.Steps;

namespace LmDeploy.Worker.Models;

/// <summary>Takes steps that only decode without waiting for what comes out of them. They run one after the other.</summary>
internal interface IDecodeQueue
{
    /// <summary>Whether a step would be enqueued at once, without an allocation or a wait.</summary>
    bool IsRecorded(StepBatch batch);

    /// <param name="batch">Its tokens may be those that the step before chooses, see <see cref="StepSlice.Tokens"/>.</param>
    /// <param name="withCandidates">Whether the largest logits are wanted, and not only the most probable token.</param>
    /// <returns>Null when this model or this step is not made for it.</returns>
    IDecodedStep? TryEnqueue(StepBatch batch, bool withCandidates);
}
