using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>Which state may follow which.</summary>
internal static class PipelineTransitions
{
    public static bool IsAllowed(PipelineState from, PipelineState to) => (from, to) switch
    {
        (PipelineState.Starting, PipelineState.Loading or PipelineState.Stopping or PipelineState.Crashed) => true,
        (PipelineState.Loading, PipelineState.Ready or PipelineState.Stopping or PipelineState.Crashed) => true,
        (PipelineState.Ready, PipelineState.Stopping or PipelineState.Crashed or PipelineState.Hung) => true,
        (PipelineState.Stopping, PipelineState.Gone or PipelineState.Failed or PipelineState.Quarantined) => true,
        (PipelineState.Crashed or PipelineState.Hung,
            PipelineState.Restarting or PipelineState.Stopping or PipelineState.Failed or PipelineState.Quarantined) => true,
        (PipelineState.Restarting, PipelineState.Ready or PipelineState.Stopping or PipelineState.Crashed) => true,
        (PipelineState.Quarantined, PipelineState.Gone) => true,
        _ => false,
    };
}
