using LmDeploy.Worker.Models;

namespace LmDeploy.Worker.Scheduling;

/// <summary>A step on the device's queue: slice r is its row r.</summary>
internal sealed record EnqueuedStep(IReadOnlyList<ScheduledSlice> Slices, IStepOutcome Outcome);
