using LmDeploy.V1;

namespace LmDeploy.Supervisor.Failures;

/// <summary>Decides whether a request may have caused its worker's death.</summary>
internal static class Blame
{
    /// <summary>A signal from outside or a frozen process is an operator's doing, so the running requests are not suspected.</summary>
    public static bool SuspectsRequests(WorkerFailure failure) =>
        failure.Kind is not (WorkerFailureKind.Killed or WorkerFailureKind.Stopped or WorkerFailureKind.StartFailed);
}
