using Google.Protobuf.WellKnownTypes;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Tasks;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Failures;

/// <summary>Diagnoses a crashed worker from its exit status, standard error, the kernel log and its flight record.</summary>
internal sealed class FailureReporter(IKernelLog kernelLog, IOomEvents oom, SupervisorOptions options, TimeProvider time)
{
    private const int KeptLines = 20;
    private const int QuotedLines = 5;
    private const int LongestLine = 500;
    private const long TicksPerSecond = 100; // USER_HZ, of which /proc counts its ticks on every Linux.

    private static readonly TimeSpan ClockDifference = TimeSpan.FromSeconds(1);

    /// <summary>Finds out why a worker did not get ready.</summary>
    /// <param name="worker">Its launch failed with a <see cref="WorkerStartException"/>.</param>
    public Task<SupervisorException> ReportStartAsync(WorkerInstance worker) =>
        ReportAsync(worker, ErrorCodes.WorkerStartFailed, WorkerActivity.Starting, _ => null);

    /// <param name="worker">It has ended, or is about to.</param>
    /// <param name="code">The error's code.</param>
    /// <param name="during">What it was doing.</param>
    /// <param name="describe">Describes a request by its number; null when it is unknown.</param>
    public async Task<SupervisorException> ReportAsync(WorkerInstance worker, string code, WorkerActivity during, Func<ulong, RunningRequest?> describe)
    {
        var isGone = await worker.Process.Exited.CompletesWithinAsync(options.CauseTimeout, time);
        var status = isGone ? new ExitStatus(await worker.Process.Exited) : (ExitStatus?)null;
        await worker.Process.DrainAsync();
        var flight = worker.Folder.Flight.Read();
        var failure = new WorkerFailure
        {
            WorkerPid = worker.Process.Identity.Pid,
            Signal = status?.Signal ?? "",
            During = during,
            Step = flight.Step,
            Lived = Duration.FromTimeSpan(time.GetElapsedTime(worker.Started)),
            Time = Timestamp.FromDateTimeOffset(time.GetUtcNow()),
        };
        if (status is { } known)
        {
            failure.ExitCode = known.Code;
        }

        failure.LastErrors.AddRange(StandardError.Last(worker.Process.Log, KeptLines).Select(Cut));
        failure.CudaError = StandardError.CudaError(failure.LastErrors);
        failure.Xids.AddRange(XidLine.Find(kernelLog.Since(StartOf(worker.Process.Identity)), failure.WorkerPid));
        failure.Running.AddRange(flight.Requests.Select(describe).OfType<RunningRequest>());
        failure.Kind = KindOf(worker, status, during, failure);
        var because = worker.KilledBecause ?? worker.Limit?.Verdict;
        return new SupervisorException(
            new Error { Code = code, Message = FailureText.Describe(failure, because, QuotedLines), Failure = failure }, ErrorStatus.Of(code));
    }

    private WorkerFailureKind KindOf(WorkerInstance worker, ExitStatus? status, WorkerActivity during, WorkerFailure failure) =>
        (worker.KilledFor, status) switch
        {
            ({ } killedFor, _) => killedFor,
            _ when worker.Limit?.Verdict is not null => WorkerFailureKind.MemoryLimit,
            (_, { Signal: "SIGKILL" }) when oom.WasKilled(worker.Process.Identity, worker.OomMark) == true => WorkerFailureKind.OomKilled,
            _ when failure.CudaError.Length > 0 || failure.Xids.Count > 0 || status?.Code == Protocol.ExitCudaError => WorkerFailureKind.CudaError,
            (_, { IsFault: true }) => WorkerFailureKind.Crashed,
            (_, { Signal: not null }) => WorkerFailureKind.Killed,
            _ when during == WorkerActivity.Starting => WorkerFailureKind.StartFailed,
            _ => WorkerFailureKind.Exited,
        };

    private static string Cut(string line) => line.Length <= LongestLine ? line : line[..LongestLine] + " [cut]";

    private static TimeSpan StartOf(ProcessIdentity identity) => TimeSpan.FromSeconds((double)identity.StartTicks / TicksPerSecond) - ClockDifference;
}
