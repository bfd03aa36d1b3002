using LmDeploy.V1;

namespace LmDeploy.Supervisor.Failures;

/// <summary>Whether a request may have brought its worker's end about.</summary>
internal static class Blame
{
    /// <summary>
    /// A signal from outside and a frozen process are nobody's fault in here: to suspect the requests that ran then would punish them for what an
    /// operator did.
    /// </summary>
    public static bool SuspectsRequests(WorkerFailure failure) => failure.Kind is not (WorkerFailureKind.Killed or WorkerFailureKind.Stopped or WorkerFailureKind.StartFailed);
}
