using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Lifecycle;

public sealed class PipelineTransitionsTests
{
    private static readonly PipelineState[] States = Enum.GetValues<PipelineState>();

    [Fact]
    public void IsAllowed_NothingFollowsTheEnd()
    {
        foreach (var next in States)
        {
            PipelineTransitions.IsAllowed(PipelineState.Gone, next).ShouldBeFalse();
            PipelineTransitions.IsAllowed(PipelineState.Failed, next).ShouldBeFalse();
        }
    }

    [Fact]
    public void IsAllowed_EveryLivingStateCanStopAndCrash()
    {
        foreach (var state in new[] { PipelineState.Starting, PipelineState.Loading, PipelineState.Ready, PipelineState.Restarting })
        {
            PipelineTransitions.IsAllowed(state, PipelineState.Stopping).ShouldBeTrue();
            PipelineTransitions.IsAllowed(state, PipelineState.Crashed).ShouldBeTrue();
        }
    }

    [Fact]
    public void IsAllowed_AStopIsNeverACrash() => PipelineTransitions.IsAllowed(PipelineState.Stopping, PipelineState.Crashed).ShouldBeFalse();
}
