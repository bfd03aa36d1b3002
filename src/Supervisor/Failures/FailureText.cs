using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Failures;

/// <summary>Puts a failure into words.</summary>
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

    private static string Verb(string kind) => kind switch
    {
        FailureKinds.Hung => "hung",
        FailureKinds.Stopped => "was frozen",
        FailureKinds.Killed or FailureKinds.OomKilled => "was killed",
        FailureKinds.MemoryLimit => "took too much memory",
        FailureKinds.StartFailed => "ended",
        _ => "died",
    };

    private static string When(WorkerFailure failure) => failure.During switch
    {
        During.Starting => "before it was ready",
        During.Loading => "while it loaded its model",
        During.Serving => $"while it served, at step {failure.Step} with {failure.Running.Count} requests",
        _ => "while it was idle",
    };

    private static string Cause(WorkerFailure failure)
    {
        var status = failure.HasExitCode ? new ExitStatus(failure.ExitCode).ToString() : "it cannot be ended";
        return failure.Kind switch
        {
            FailureKinds.OomKilled => $"the kernel ran out of memory; {status}",
            FailureKinds.Killed => $"somebody sent it {status}",
            FailureKinds.CudaError when failure.CudaError.Length > 0 => $"{failure.CudaError}; {status}",
            FailureKinds.CudaError when failure.Xids.Count > 0 => $"Xid {failure.Xids[0].Number} on {failure.Xids[0].Device}, {failure.Xids[0].Text}; {status}",
            _ => status,
        };
    }
}
