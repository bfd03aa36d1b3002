namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>Tells the restart policy that a life ended before it was of any use.</summary>
internal sealed class WorkerDeathException(WorkerDeath death) : Exception(death.Cause.Message)
{
    public WorkerDeath Death => death;
}
