using System.Runtime.CompilerServices;
using LmDeploy.Loading;
using LmDeploy.V1;

namespace LmDeploy.Client.Tests.Loading;

public sealed class ForgottenPipelineTests
{
    [Fact]
    public async Task Collect_ReleasesForgottenPipelines()
    {
        await using var fake = await FakeSupervisor.StartAsync();
        await using var supervisor = fake.Connect();
        var forgotten = Use(supervisor);
        await CollectUntilGoneAsync(forgotten).InTime();
        fake.Released.ShouldBe(1);
    }

    [Fact]
    public async Task Create_MakesRoomFromForgottenPipelines()
    {
        await using var fake = await FakeSupervisor.StartAsync();
        var hold = fake.OnHold;
        fake.OnHold = holding => fake.Opened.Count - fake.Released > 1 && fake.Released == 0
            ? throw FakeSupervisor.Fail(ErrorCodes.OutOfMemory, "full")
            : hold(holding);
        await using var supervisor = fake.Connect();
        Use(supervisor);
        await using var second = await Pipeline.CreateAsync("second", null, supervisor).InTime();
        fake.Released.ShouldBe(1);
        fake.Opened.Count.ShouldBe(3);
    }

    [Fact]
    public async Task CreateThatWaits_MakesRoomFromForgottenPipelines()
    {
        await using var fake = await FakeSupervisor.StartAsync();
        var hold = fake.OnHold;
        var isRoom = new TaskCompletionSource();
        fake.OnHold = async holding =>
        {
            if (holding.Open.Model.EndsWith("second", StringComparison.Ordinal))
            {
                await holding.SendAsync(new HoldEvent { Progress = new V1.LoadProgress { Stage = V1.LoadStage.Waiting } });
                await isRoom.Task;
            }

            await hold(holding);
            isRoom.TrySetResult();
        };
        await using var supervisor = fake.Connect();
        Use(supervisor);

        await using var second = await Pipeline.CreateAsync("second", null, supervisor).InTime();

        fake.Opened.Count.ShouldBe(2, "it was the first that made the room");
    }

    /// <summary>The thread that ended the last call may hold the pipeline on its stack for a moment; a hold that keeps it would do so for ever.</summary>
    private static async Task CollectUntilGoneAsync(WeakReference forgotten)
    {
        do
        {
            await AbandonedPipelines.CollectAsync(CancellationToken.None);
        }
        while (forgotten.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Use(LmDeploy.Supervisor supervisor)
    {
        var pipeline = Pipeline.Create("model", null, supervisor);
        pipeline.Infer("hello").Text.ShouldBe("hello");
        return new WeakReference(pipeline);
    }
}
