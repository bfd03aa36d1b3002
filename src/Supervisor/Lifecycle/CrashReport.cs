using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>Says why a worker that nobody stopped is gone.</summary>
internal static class CrashReport
{
    /// <param name="worker">Its process has exited.</param>
    /// <param name="when">What it was doing, for example <c>while it loaded /models/x</c>.</param>
    public static async Task<SupervisorException> WriteAsync(WorkerInstance worker, string when)
    {
        var pid = worker.Process.Identity.Pid;
        var exit = ExitCause.Describe(await worker.Process.Exited);
        worker.Limit?.Judge();
        var cause = worker.CondemnedBecause is { } why ? $"{why}, {exit}" : exit;
        return new SupervisorException(ErrorCodes.WorkerCrashed, $"The worker (pid {pid}) died {when}: {cause}. {await worker.QuoteErrorsAsync()}");
    }
}
