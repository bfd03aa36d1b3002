using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Faults;

/// <summary>
/// What is taken from under running processes: their folder, the room on the disk, a reader of standard error. What can go on does; what cannot says so.
/// </summary>
public sealed class EnvironmentFaultTests : IAsyncLifetime
{
    private const string Question = "What is 17 + 25?";
    private const long FloodTolerance = 64 << 20;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly Sandbox _sandbox = new();
    private readonly string _run;

    public EnvironmentFaultTests() => _run =
        Directory.CreateDirectory(Path.Combine(_sandbox.Folder, "run"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;

    private SupervisorOptions InRun => new() { SocketPath = Path.Combine(_run, "s.sock") };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(_run))
        {
            Directory.GetFileSystemEntries(_run).Where(entry => Directory.Exists(entry) || entry.EndsWith(".sock", StringComparison.Ordinal)).ShouldBeEmpty();
            Directory.Delete(_run, recursive: true);
        }

        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task SocketFolderDeleted_LeavesRunningPipelinesAlone_AndNewOnesAreRefused()
    {
        await using var supervisor = _sandbox.StartSupervisor(InRun);
        await using var pipe = await Pipeline.CreateAsync(Repository.Boulder, supervisor: supervisor);

        Directory.Delete(_run, recursive: true);

        (await pipe.InferAsync(Question).WaitAsync(Deadline)).Text.ShouldBe("42");
        var refused = await Should.ThrowAsync<SupervisorUnavailableException>(
            Pipeline.CreateAsync(Repository.Pebble, supervisor: supervisor).WaitAsync(Deadline));
        refused.Subject.ShouldBe(supervisor.SocketPath);
        var worker = pipe.WorkerPid;
        Signals.Kill(worker);
        (await pipe.InferAsync(Question).WaitAsync(Deadline)).Text.ShouldBe("42", "the folder is made anew for the worker that takes its place");
        pipe.WorkerPid.ShouldNotBe(worker);
        (await pipe.CloseAsync()).Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
    }

    [SoakFact]
    public async Task SocketFolderOfTheSharedSupervisorDeleted_TheNextClientGetsAnother()
    {
        _sandbox.Variables["LMDEPLOY_RUNTIME_DIR"] = _run;
        using var client = Command.Start(_sandbox, "run", Repository.Boulder, "Tell me a story about a fox.", "--max-new-tokens", "900", "--ignore-eos");
        await client.StandardOutput.ReadAsync(new char[1]).AsTask().WaitAsync(Deadline);

        Directory.Delete(_run, recursive: true);

        (await Command.RunAsync(_sandbox, "run", Repository.Boulder, Question)).Output.Trim().ShouldBe("42");
        await client.StandardOutput.ReadToEndAsync().WaitAsync(Deadline);
        await client.WaitForExitAsync().WaitAsync(Deadline);
        client.ExitCode.ShouldBe(0, "its own supervisor went on");
        await Eventually.BeAsync(() => _sandbox.Supervisors.Count, count => count == 0, "both supervisors to leave, idle", Deadline);
    }

    [MountFact]
    public async Task FullDisk_FailsWhatNeedsRoom_AndTheRestGoesOn()
    {
        await using var disk = await SmallDisk.MountAsync(_run);
        await using var supervisor = _sandbox.StartSupervisor(InRun);
        await using var pipe = await Pipeline.CreateAsync(Repository.Boulder, supervisor: supervisor);

        disk.Fill();

        (await pipe.InferAsync(Question).WaitAsync(Deadline)).Text.ShouldBe("42");
        var error = await Should.ThrowAsync<LmDeployException>(Pipeline.CreateAsync(Repository.Pebble, supervisor: supervisor).WaitAsync(Deadline));
        error.Message.ShouldContain("No space left on device", Case.Insensitive);
        _sandbox.MeetingPlaces.ShouldBeEmpty();
        (await supervisor.GetInfoAsync()).Pid.ShouldBe(_sandbox.Supervisors.Single(), "what a full disk does not take of the log is lost, no more");

        disk.Free();
        await using (var next = await Pipeline.CreateAsync(Repository.Pebble, supervisor: supervisor).WaitAsync(Deadline))
        {
            (await next.InferAsync("What does a cow say?")).FinishReason.ShouldBe(FinishReason.Stop);
        }

        (await pipe.CloseAsync()).Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        await supervisor.DisposeAsync();
    }

    [MountFact]
    public async Task FullDiskAtTheStart_IsSaid()
    {
        await using var disk = await SmallDisk.MountAsync(_run);
        disk.Fill();

        var supervisor = await Supervisor.StartPrivateAsync(InRun with { Home = Repository.Home }).WaitAsync(Deadline);

        var error = await Should.ThrowAsync<LmDeployException>(Pipeline.CreateAsync(Repository.Pebble, supervisor: supervisor).WaitAsync(Deadline));
        error.Message.ShouldContain("No space left on device", Case.Insensitive);
        await supervisor.DisposeAsync();
    }

    [Fact]
    public async Task FloodOnStandardError_NeitherBlocksNorFillsTheSupervisor()
    {
        using var fakes = Installation.WithFakes("flood-stderr");
        await using var supervisor = _sandbox.StartSupervisor(fakes);
        var before = ProcessTable.ResidentBytes(_sandbox.Supervisors.Single());

        await using var pipe = await Pipeline.CreateAsync(Repository.Pebble, supervisor: supervisor).WaitAsync(Deadline);

        (await pipe.InferAsync("a b").WaitAsync(Deadline)).Text.ShouldBe("ab");
        ProcessTable.ResidentBytes(_sandbox.Supervisors.Single()).ShouldBeLessThan(before + FloodTolerance, "16 lines of 1 MiB that are not UTF-8 are cut");
    }
}
