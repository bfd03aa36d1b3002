using LmDeploy.Supervisor.Failures;
using LmDeploy.Supervisor.Logs;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Failures;

public sealed class FailureReporterTests : IDisposable
{
    private readonly Workshop _workshop = new();
    private readonly WorkerInstance _worker;

    public FailureReporterTests() => _worker = _workshop.Launcher.SpawnAsync(null, CancellationToken.None).GetAwaiter().GetResult();

    [Theory]
    [InlineData(139, nameof(WorkerFailureKind.Crashed), "SIGSEGV")]
    [InlineData(134, nameof(WorkerFailureKind.Crashed), "SIGABRT")]
    [InlineData(137, nameof(WorkerFailureKind.Killed), "SIGKILL")]
    [InlineData(143, nameof(WorkerFailureKind.Killed), "SIGTERM")]
    [InlineData(3, nameof(WorkerFailureKind.Exited), "")]
    [InlineData(Protocol.ExitCudaError, nameof(WorkerFailureKind.CudaError), "")]
    public async Task Kind_IsWhatTheStatusSays(int code, string kind, string signal)
    {
        _workshop.Process.Exit(code);

        var failure = await ReportAsync();

        failure.Kind.ToString().ShouldBe(kind);
        failure.Signal.ShouldBe(signal);
        failure.ExitCode.ShouldBe(code);
        failure.WorkerPid.ShouldBe(_workshop.Process.Identity.Pid);
    }

    [Fact]
    public async Task Kind_IsWhatTheSupervisorKilledItFor_WhateverTheStatus()
    {
        _worker.KillFor(WorkerFailureKind.Hung, "step 4 of its engine made no progress for 60 s");
        _worker.KillFor(WorkerFailureKind.MemoryLimit, "too late");

        var report = await _workshop.Failures.ReportAsync(_worker, ErrorCodes.WorkerCrashed, WorkerActivity.Serving, _ => null);

        report.Error.Failure.Kind.ShouldBe(WorkerFailureKind.Hung);
        report.Error.Message.ShouldContain("made no progress for 60 s, so it was killed");
    }

    [Theory]
    [InlineData(true, nameof(WorkerFailureKind.OomKilled))]
    [InlineData(false, nameof(WorkerFailureKind.Killed))]
    [InlineData(null, nameof(WorkerFailureKind.Killed))]
    public async Task Kind_OfSigkillIsTheKernels_WhenTheKernelSaysSo(bool? hasKilled, string kind)
    {
        _workshop.Oom.HasKilled = hasKilled;
        _workshop.Process.Exit(137);

        (await ReportAsync()).Kind.ToString().ShouldBe(kind);
    }

    [Fact]
    public async Task Report_HasTheStepAndWhoWasInIt()
    {
        _workshop.Flight.Begin(41, [7, 8, 9]);
        _workshop.Process.Exit(139);

        var failure = await ReportAsync(id => id == 8 ? null : new RunningRequest { Id = id, Fingerprint = "f" });

        failure.Step.ShouldBe(41);
        failure.Running.Select(running => running.Id).ShouldBe([7UL, 9UL], "one was over already");
    }

    [Fact]
    public async Task Report_HasTheDriversReport()
    {
        _workshop.KernelLog.Messages.Add($"NVRM: Xid (PCI:0000:3b:00): 31, pid={_workshop.Process.Identity.Pid}, name=lmdeploy-worker, MMU Fault");
        _workshop.Process.Exit(134);

        var failure = await ReportAsync();

        failure.Kind.ShouldBe(WorkerFailureKind.CudaError);
        failure.Xids.ShouldHaveSingleItem().Number.ShouldBe(31);
    }

    [Fact]
    public async Task Report_HasCudasWords()
    {
        _workshop.Process.Log.Add(LogSource.Stderr, "The step failed: CUDA error: device-side assert triggered");
        _workshop.Process.Exit(Protocol.ExitCudaError);

        var report = await _workshop.Failures.ReportAsync(_worker, ErrorCodes.WorkerCrashed, WorkerActivity.Serving, _ => null);

        report.Error.Failure.CudaError.ShouldBe("CUDA error: device-side assert triggered");
        report.Error.Message.ShouldContain("device-side assert triggered");
    }

    [Fact]
    public async Task Report_IsBounded()
    {
        for (var line = 0; line < 1000; line++)
        {
            _workshop.Process.Log.Add(LogSource.Stderr, new string('x', LineSplitter.LongestLine));
        }

        _workshop.Process.Exit(134);

        var report = await _workshop.Failures.ReportAsync(_worker, ErrorCodes.WorkerCrashed, WorkerActivity.Serving, _ => null);

        report.Error.CalculateSize().ShouldBeLessThan(16 * 1024, "it travels in a call's trailers");
    }

    [Fact]
    public async Task WorkerThatWillNotDie_IsReportedWithoutAnExitCode()
    {
        using var workshop = new Workshop(time => new FakeWorkerProcess(time) { OnKill = null, OnTerminate = null });
        var worker = await workshop.Launcher.SpawnAsync(null, CancellationToken.None);
        worker.KillFor(WorkerFailureKind.Hung, "it gave no sign of life for 60 s");

        var report = await workshop.TurnUntilAsync(
            workshop.Failures.ReportAsync(worker, ErrorCodes.WorkerCrashed, WorkerActivity.Idle, _ => null), TimeSpan.FromSeconds(1));

        report.Error.Failure.HasExitCode.ShouldBeFalse();
    }

    public void Dispose() => _workshop.Dispose();

    private async Task<WorkerFailure> ReportAsync(Func<ulong, RunningRequest?>? describe = null) =>
        (await _workshop.Failures.ReportAsync(_worker, ErrorCodes.WorkerCrashed, WorkerActivity.Serving, describe ?? (_ => null)).InTime()).Error.Failure;
}
