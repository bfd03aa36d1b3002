using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Failures;

/// <summary>Formats failures as error messages.</summary>
internal static class FailureText
{
    /// <param name="because">Why the supervisor ended it; null when it did not.</param>
    /// <param name="lines">How many lines of standard error to quote.</param>
    public static string Describe(WorkerFailure failure, string? because, int lines)
    {
        var cause = because is not null ? $"{because}, so it was killed" : Cause(failure);
        var errors = failure.LastErrors.Count <= lines ? failure.LastErrors.ToList() : [failure.LastErrors[0], .. failure.LastErrors.TakeLast(lines - 1)];
        var quote = errors.Count == 0 ? "It printed nothing on stderr." : "Its last lines on stderr:\n" + string.Join('\n', errors);
        return $"The worker (pid {failure.WorkerPid}) {Verb(failure.Kind)} {When(failure)}: {cause}. {quote}";
    }

    private static string Verb(WorkerFailureKind kind) => kind switch
    {
        WorkerFailureKind.Hung => "hung",
        WorkerFailureKind.Stopped => "was frozen",
        WorkerFailureKind.Killed or WorkerFailureKind.OomKilled => "was killed",
        WorkerFailureKind.MemoryLimit => "took too much memory",
        WorkerFailureKind.StartFailed => "ended",
        _ => "died",
    };

    private static string When(WorkerFailure failure) => failure.During switch
    {
        WorkerActivity.Starting => "before it was ready",
        WorkerActivity.Loading => "while it loaded its model",
        WorkerActivity.Serving => $"while it served, at step {failure.Step} with {failure.Running.Count} requests",
        _ => "while it was idle",
    };

    private static string Cause(WorkerFailure failure)
    {
        var status = failure.HasExitCode ? new ExitStatus(failure.ExitCode).ToString() : "it cannot be ended";
        return failure.Kind switch
        {
            WorkerFailureKind.OomKilled => $"the kernel ran out of memory; {status}",
            WorkerFailureKind.Killed => $"somebody sent it {status}",
            WorkerFailureKind.CudaError when failure.CudaError.Length > 0 => $"{failure.CudaError}; {status}",
            WorkerFailureKind.CudaError when failure.Xids.Count > 0 =>
                $"Xid {failure.Xids[0].Number} on {failure.Xids[0].Device}, {failure.Xids[0].Text}; {status}",
            _ => status,
        };
    }
}
