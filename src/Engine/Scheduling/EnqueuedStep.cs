using LmDeploy.Engine.Decoders;

namespace LmDeploy.Engine.Scheduling;

/// <summary>A step on the device's queue: row r of its outcome follows slice r.</summary>
internal sealed record EnqueuedStep(IReadOnlyList<ScheduledSlice> Slices, IStepOutcome Outcome);
