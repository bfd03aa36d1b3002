using System.Runtime.CompilerServices;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Pipelines;

/// <summary>One model after the other in one program, each on an empty machine.</summary>
public sealed class LoopTests
{
    private static readonly string[] Models = [Repository.Pebble, Repository.Cobble, Repository.Boulder, Repository.Pebble];

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Loop_WithUsing_LeavesEachModelsMemoryBehind()
    {
        await using var sandbox = new Sandbox();
        await using var supervisor = sandbox.StartSupervisor();
        foreach (var model in Models)
        {
            using var pipe = Pipeline.Create(model, supervisor: supervisor);
            pipe.Infer("What does a cow say?").FinishReason.ShouldBe(FinishReason.Stop);
            sandbox.Workers.ShouldBe([pipe.WorkerPid], "one model at a time");
            var receipt = pipe.Close();
            receipt.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
            receipt.WorkerPid.ShouldBe(pipe.WorkerPid);
            receipt.ReclaimedBytes.ShouldBeGreaterThan(0);
            receipt.ResidualBytes.ShouldBe(0);
            ProcessTable.Exists(pipe.WorkerPid).ShouldBeFalse();
            ProcessTable.IsZombie(pipe.WorkerPid).ShouldBeFalse("the worker is reaped");
        }
    }

    [Fact]
    public async Task Loop_WithoutUsing_IsReclaimedByTheFinalizer()
    {
        await using var sandbox = new Sandbox();
        await using var supervisor = sandbox.StartSupervisor();
        foreach (var model in Models)
        {
            InferAndForget(model, supervisor).ShouldNotBeEmpty();
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        await Eventually.BeAsync(() => sandbox.Workers.Count, count => count == 0, "forgotten pipelines to give their workers back", Deadline);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string InferAndForget(string model, Supervisor supervisor)
    {
        var pipe = Pipeline.Create(model, supervisor: supervisor);
        return pipe.Infer("What is the capital of Finland?").Text;
    }
}
