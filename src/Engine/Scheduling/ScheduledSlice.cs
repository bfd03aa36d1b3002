using LmDeploy.Engine.StepInput;

namespace LmDeploy.Engine.Scheduling;

/// <summary>A sequence's part in a step.</summary>
internal sealed record ScheduledSlice(Sequence Sequence, StepSlice Slice)
{
    /// <summary>Whether the step computes the sequence's last token, so that the next one can be chosen.</summary>
    public bool ReachesEnd => Slice.Length == Sequence.Tokens.Count;
}
