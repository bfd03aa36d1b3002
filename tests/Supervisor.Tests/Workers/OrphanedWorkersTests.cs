using System.Diagnostics;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Workers;

/// <summary>Real processes that stand in for workers: each has its mark on its command line, and ends only when it is killed.</summary>
public sealed class OrphanedWorkersTests : IDisposable
{
    private const int NoProcess = int.MaxValue;

    private static readonly string Hash = WorkerRecord.HashOf("token");
    private static readonly string OtherHash = WorkerRecord.HashOf("another token");

    private readonly TemporaryFolder _folder = new();
    private readonly List<Process> _processes = [];

    private string RecordFile => _folder.File("w-1-1.worker");

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            process.Dispose();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task End_EndsWhatIsProvenAndForgetsIt()
    {
        var worker = StartWorker(Hash);
        Record(worker.Id);

        OrphanedWorkers.End(_folder.Path);

        await worker.WaitForExitAsync().InTime("the orphan is gone");
        worker.ExitCode.ShouldBe(137);
        File.Exists(RecordFile).ShouldBeFalse();
    }

    [Fact]
    public void End_LeavesAProcessWithAnotherStartTime() => ShouldSurvive(worker => Record(worker.Id, startOffset: -1));

    [Fact]
    public void End_LeavesAProcessWithAnotherToken() => ShouldSurvive(worker => Record(worker.Id, hash: OtherHash));

    [Fact]
    public void End_LeavesAStrangerWithTheNumber()
    {
        var stranger = Start("sleep", "600");
        Record(stranger.Id);

        OrphanedWorkers.End(_folder.Path);

        stranger.WaitForExit(TimeSpan.FromMilliseconds(200)).ShouldBeFalse("a stranger was ended");
        File.Exists(RecordFile).ShouldBeFalse("its worker is gone, so there is nothing to record");
    }

    [Fact]
    public void End_LeavesTheHashElsewhereOnACommandLine() =>
        ShouldSurvive(worker => Record(worker.Id), Start("/bin/sh", "-c", "while read x; do :; done", "sh", Hash));

    [Fact]
    public void End_LeavesTheWorkersOfASupervisorThatRuns()
    {
        var worker = StartWorker(Hash);
        Write(new WorkerRecord(
            Environment.ProcessId, OrphanedWorkers.StartOf(Environment.ProcessId)!.Value, worker.Id, OrphanedWorkers.StartOf(worker.Id)!.Value, Hash, ""));

        OrphanedWorkers.End(_folder.Path);

        worker.WaitForExit(TimeSpan.FromMilliseconds(200)).ShouldBeFalse("a worker of a running supervisor was ended");
        File.Exists(RecordFile).ShouldBeTrue();
    }

    [Fact]
    public async Task End_KnowsARunningSupervisorByItsStartTimeToo()
    {
        var worker = StartWorker(Hash);
        Write(new WorkerRecord(
            Environment.ProcessId, OrphanedWorkers.StartOf(Environment.ProcessId)!.Value - 1, worker.Id, OrphanedWorkers.StartOf(worker.Id)!.Value, Hash, ""));

        OrphanedWorkers.End(_folder.Path);

        await worker.WaitForExitAsync().InTime("the worker of a supervisor whose number somebody else has now is gone");
    }

    [Theory]
    [InlineData("")]
    [InlineData("12 34")]
    [InlineData("1 2 3 4 short ")]
    [InlineData("a b c d e f")]
    [InlineData("1 2 -1 4 0123456789abcdef0123456789abcdef ")]
    public void End_RemovesWhatNoSupervisorWrote(string content)
    {
        File.WriteAllText(RecordFile, content);

        OrphanedWorkers.End(_folder.Path);

        File.Exists(RecordFile).ShouldBeFalse();
    }

    [Fact]
    public void End_RemovesTheGroupOfAWorkerThatIsGone()
    {
        var group = Directory.CreateDirectory(_folder.File("group with a space")).FullName;
        Write(new WorkerRecord(NoProcess, 1, NoProcess, 1, Hash, group));

        OrphanedWorkers.End(_folder.Path);

        Directory.Exists(group).ShouldBeFalse();
        File.Exists(RecordFile).ShouldBeFalse();
    }

    [Fact]
    public void End_KeepsTheRecordOfAGroupThatIsInUse()
    {
        var group = Directory.CreateDirectory(_folder.File("group")).FullName;
        File.WriteAllText(Path.Combine(group, "busy"), "");
        Write(new WorkerRecord(NoProcess, 1, NoProcess, 1, Hash, group));

        OrphanedWorkers.End(_folder.Path);

        File.Exists(RecordFile).ShouldBeTrue();
    }

    private void ShouldSurvive(Action<Process> record, Process? worker = null)
    {
        worker ??= StartWorker(Hash);
        record(worker);

        OrphanedWorkers.End(_folder.Path);

        worker.WaitForExit(TimeSpan.FromMilliseconds(200)).ShouldBeFalse("a process that is not proven was ended");
    }

    private Process StartWorker(string hash) => Start("/bin/sh", "-c", "while read x; do :; done", "lmdeploy-worker", WorkerRecord.Option, hash);

    private Process Start(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true })!;
        _processes.Add(process);
        return process;
    }

    private void Record(int worker, long startOffset = 0, string? hash = null) =>
        Write(new WorkerRecord(NoProcess, 1, worker, OrphanedWorkers.StartOf(worker)!.Value + startOffset, hash ?? Hash, ""));

    private void Write(WorkerRecord record) => record.Write(RecordFile, _folder.File("draft"));
}
