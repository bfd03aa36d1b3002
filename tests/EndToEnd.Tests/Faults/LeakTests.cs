using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Faults;

/// <summary>Many rounds leave supervisor and client as they were.</summary>
public sealed class LeakTests(ITestOutputHelper output)
{
    private const int Rounds = 50;
    private const int WarmUpRounds = 10;
    private const long MemoryTolerance = 24 << 20;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task CreateInferDispose_DoesNotGrow()
    {
        await using var sandbox = new Sandbox();
        await using var supervisor = sandbox.StartSupervisor();
        var supervisorPid = sandbox.Supervisors.Single();
        await RoundsAsync(supervisor, WarmUpRounds);
        var before = (Supervisor: Usage.Of(supervisorPid), Client: Usage.Of(Environment.ProcessId));
        await RoundsAsync(supervisor, Rounds);
        var after = (Supervisor: Usage.Of(supervisorPid), Client: Usage.Of(Environment.ProcessId));
        Compare(before.Supervisor, after.Supervisor, "supervisor");
        Compare(before.Client, after.Client, "client");
        sandbox.Workers.ShouldBeEmpty();
    }

    /// <summary>Workers that die: each is replaced once, and the pipeline is closed while the next one dies.</summary>
    [Fact]
    public async Task CreateAndKill_DoesNotGrow()
    {
        await using var sandbox = new Sandbox();
        using var fakes = Installation.WithFakes();
        await using var supervisor = sandbox.StartSupervisor(fakes);
        var supervisorPid = sandbox.Supervisors.Single();
        var began = DateTime.UtcNow;
        await KillRoundsAsync(supervisor, Soak.Pick(5, 50));
        var before = (Supervisor: Usage.Of(supervisorPid), Client: Usage.Of(Environment.ProcessId));
        var killed = await KillRoundsAsync(supervisor, Soak.Pick(25, 1000));
        var after = (Supervisor: Usage.Of(supervisorPid), Client: Usage.Of(Environment.ProcessId));
        output.WriteLine($"supervisor: {before.Supervisor} -> {after.Supervisor}\nclient: {before.Client} -> {after.Client}");
        Compare(before.Supervisor, after.Supervisor, "supervisor");
        Compare(before.Client, after.Client, "client");
        sandbox.Workers.ShouldBeEmpty();
        sandbox.MeetingPlaces.ShouldBeEmpty();
        killed.SelectMany(pid => DiagnosticSockets(pid, began)).ShouldBeEmpty();
        ProcessTable.ZombiesOf(supervisorPid).ShouldBe(0);
    }

    /// <summary>What .NET leaves in the temporary folder for debuggers of a process that was killed; an earlier process may have had the same number.</summary>
    private static IEnumerable<string> DiagnosticSockets(int pid, DateTime since) =>
        Directory.GetFiles(Path.GetTempPath(), $"*-{pid}-*").Where(path => File.GetLastWriteTimeUtc(path) >= since);

    private static async Task<IReadOnlyList<int>> KillRoundsAsync(Supervisor supervisor, int count)
    {
        var killed = new List<int>();
        for (var round = 0; round < count; round++)
        {
            await using var pipe = await Pipeline.CreateAsync(Repository.Pebble, new EngineConfig { Supervision = new() { MaxRestarts = 1 } }, supervisor);
            var first = pipe.WorkerPid;
            Signals.Kill(first);
            (await pipe.InferAsync("a b c").WaitAsync(Deadline)).Text.ShouldBe("abc");
            await Eventually.BeAsync(() => pipe.WorkerPid, pid => pid != first, "word of the replacement", Deadline);
            Signals.Kill(pipe.WorkerPid);
            killed.AddRange([first, pipe.WorkerPid]);
        }

        Collect();
        return killed;
    }

    private static async Task RoundsAsync(Supervisor supervisor, int count)
    {
        for (var round = 0; round < count; round++)
        {
            await using var pipe = await Pipeline.CreateAsync(Repository.Pebble, supervisor: supervisor);
            (await pipe.InferAsync("What does a cow say?")).FinishReason.ShouldBe(FinishReason.Stop);
        }

        Collect();
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private static void Compare(Usage before, Usage after, string who)
    {
        after.Descriptors.ShouldBeLessThanOrEqualTo(before.Descriptors + 4, $"descriptors of the {who}");
        after.Threads.ShouldBeLessThanOrEqualTo(before.Threads + 8, $"threads of the {who}: the pool may still grow");
        after.ResidentBytes.ShouldBeLessThan(before.ResidentBytes + MemoryTolerance, $"memory of the {who}");
    }

    private sealed record Usage(long ResidentBytes, int Descriptors, int Threads)
    {
        public static Usage Of(int pid) => new(ProcessTable.ResidentBytes(pid), ProcessTable.Descriptors(pid), ProcessTable.Threads(pid));
    }
}
