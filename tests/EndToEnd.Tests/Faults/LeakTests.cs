using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Faults;

/// <summary>Many rounds leave supervisor and client as they were.</summary>
public sealed class LeakTests
{
    private const int Rounds = 50;
    private const int WarmUpRounds = 10;
    private const long MemoryTolerance = 24 << 20;

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

    private static async Task RoundsAsync(Supervisor supervisor, int count)
    {
        for (var round = 0; round < count; round++)
        {
            await using var pipe = await Pipeline.CreateAsync(Repository.Pebble, supervisor: supervisor);
            (await pipe.InferAsync("What does a cow say?")).FinishReason.ShouldBe(FinishReason.Stop);
        }

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
