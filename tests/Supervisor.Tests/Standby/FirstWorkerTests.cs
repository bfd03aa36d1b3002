using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Standby;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Standby;

public sealed class FirstWorkerTests
{
    [Fact]
    public async Task Nobody_IsStartedWhomNobodyAskedFor()
    {
        using var workshop = new Workshop();

        workshop.First.Start();
        await workshop.First.DisposeAsync();

        workshop.Starts.ShouldBe(0);
    }

    [Theory]
    [InlineData("gpu", 0)]
    [InlineData("cpu", 1)]
    public async Task SeveralGpus_LeaveItToThePipelineOnOneOfThem(string device, int starts)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("nvidia0"), "");
        File.WriteAllText(folder.File("nvidia1"), "");
        using var workshop = new Workshop(first: Enum.Parse<FirstWorkerDevice>(device, ignoreCase: true), nodes: new GpuNodes(null, folder.Path));

        workshop.First.Start();
        await workshop.First.Made.InTime();

        workshop.Starts.ShouldBe(starts);
        await workshop.First.DisposeAsync();
    }

    [Fact]
    public async Task FirstPipeline_HasIt_AndNobodyTakesItsPlace()
    {
        using var workshop = await ReadyAsync();
        var first = workshop.Process;

        var pipeline = await workshop.OpenReadyAsync();

        pipeline.Worker.ShouldNotBeNull().Process.ShouldBe(first);
        (await TakeAsync(workshop)).ShouldBeNull();
        workshop.Time.Advance(FirstWorker.Lifetime + TimeSpan.FromSeconds(1));
        workshop.Starts.ShouldBe(1);
        first.IsDisposed.ShouldBeFalse();
        pipeline.Stop(StopReason.Disposed);
        await pipeline.Completion.InTime();
        await workshop.First.DisposeAsync();
    }

    [Fact]
    public async Task WorkerThatStarts_IsWaitedFor()
    {
        var listening = new TaskCompletionSource();
        using var workshop = new Workshop(connection: new FakeConnection { Listening = listening.Task }, first: FirstWorkerDevice.Cpu);
        workshop.First.Start();
        await Deadline.UntilAsync(() => workshop.Starts == 1, "it starts");

        var taking = TakeAsync(workshop);
        taking.IsCompleted.ShouldBeFalse();
        listening.SetResult();

        await using var taken = await taking.InTime();
        taken.ShouldNotBeNull().Process.ShouldBe(workshop.Process);
        workshop.Starts.ShouldBe(1);
        await workshop.First.DisposeAsync();
    }

    [Fact]
    public async Task PipelineThatIsGivenUp_TakesItsWorkerWithIt()
    {
        using var workshop = new Workshop(connection: new FakeConnection { Listening = new TaskCompletionSource().Task }, first: FirstWorkerDevice.Cpu);
        workshop.First.Start();
        await Deadline.UntilAsync(() => workshop.Starts == 1, "it starts");
        using var given = new CancellationTokenSource();
        var taking = workshop.Standby.TryTakeAsync(Workshop.Spec(), null, given.Token);

        await given.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(workshop.TurnUntilAsync(taking, TimeSpan.FromMilliseconds(100)));
        workshop.Process.IsDisposed.ShouldBeTrue();
        workshop.WorkerFolders.ShouldBeEmpty();
        await workshop.First.DisposeAsync();
    }

    [Fact]
    public async Task WorkerThatNobodyTakes_IsEnded()
    {
        using var workshop = await ReadyAsync();

        await Deadline.UntilAsync(() => Turned(workshop, () => workshop.Process.IsDisposed), "it is ended");

        workshop.First.Pid.ShouldBeNull();
        (await TakeAsync(workshop)).ShouldBeNull();
        workshop.WorkerFolders.ShouldBeEmpty();
        await workshop.First.DisposeAsync();
    }

    [Fact]
    public async Task Shortage_EndsIt()
    {
        using var workshop = await ReadyAsync();
        var began = workshop.Time.GetTimestamp();
        workshop.Pressure.High = true;

        await Deadline.UntilAsync(() => Turned(workshop, () => workshop.First.Pid is null), "it is let go of");

        workshop.Time.GetElapsedTime(began).ShouldBeLessThan(FirstWorker.Lifetime);
        await Deadline.UntilAsync(() => Turned(workshop, () => workshop.Process.IsDisposed), "it is gone");
        await workshop.First.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stop_EndsIt(bool isReady)
    {
        var listening = isReady ? Task.CompletedTask : new TaskCompletionSource().Task;
        using var workshop = new Workshop(connection: new FakeConnection { Listening = listening }, first: FirstWorkerDevice.Cpu);
        workshop.First.Start();
        await Deadline.UntilAsync(() => isReady ? workshop.First.Pid is not null : workshop.Starts == 1, "it is there");

        var stopping = workshop.Standby.StopAsync();

        await Deadline.UntilAsync(() => Turned(workshop, () => stopping.IsCompleted), "the pool ends");
        workshop.Process.IsDisposed.ShouldBeTrue();
        (await TakeAsync(workshop)).ShouldBeNull();
        await workshop.First.DisposeAsync();
    }

    [Fact]
    public async Task Failure_LeavesThePipelineToStartOneItself()
    {
        using var workshop = new Workshop(first: FirstWorkerDevice.Cpu) { StartFailure = new SupervisorException(ErrorCodes.WorkerStartFailed, "no") };
        workshop.First.Start();
        await workshop.First.Made.InTime();
        workshop.StartFailure = null;

        var pipeline = await workshop.OpenReadyAsync();

        workshop.Starts.ShouldBe(1);
        pipeline.Stop(StopReason.Disposed);
        await pipeline.Completion.InTime();
        await workshop.First.DisposeAsync();
    }

    [Fact]
    public async Task WatchThatFails_EndsIt()
    {
        using var workshop = await ReadyAsync();
        var first = workshop.Process;

        workshop.Pressure.Failure = new InvalidOperationException("what nobody foresaw");

        await Deadline.UntilAsync(() => Turned(workshop, () => first.IsDisposed), "it is ended");
        workshop.First.Pid.ShouldBeNull();
        await workshop.First.DisposeAsync();
    }

    [Fact]
    public async Task WorkerThatDiedMeanwhile_IsNotHandedOut()
    {
        using var workshop = await ReadyAsync();
        workshop.Connection.Preparing = Task.FromException(new InvalidOperationException("gone"));
        workshop.Process.Exit(137);

        (await TakeAsync(workshop).InTime()).ShouldBeNull();

        workshop.Process.IsDisposed.ShouldBeTrue();
        await workshop.First.DisposeAsync();
    }

    [Theory]
    [InlineData("memory limit")]
    [InlineData("other devices")]
    [InlineData("no device")]
    public async Task PipelineThatItIsNotRightFor_LeavesItToAnother(string why)
    {
        using var workshop = await ReadyAsync(FirstWorkerDevice.Gpu);
        var engine = new EngineConfig { Device = why == "no device" ? EngineDevice.Cpu : EngineDevice.Cuda };
        var admission = why == "memory limit" ? new AdmissionConfig { MemoryLimitBytes = 1 << 30 } : null;
        var spec = PipelineSpec.Create(new OpenPipeline { Model = "/models/m", Engine = engine, Admission = admission }, holderPid: 1);

        (await workshop.Standby.TryTakeAsync(spec, why == "other devices" ? "GPU-0123" : null, CancellationToken.None).InTime()).ShouldBeNull();

        await using var taken = await workshop.Standby.TryTakeAsync(Workshop.Spec("cuda"), null, CancellationToken.None).InTime();
        taken.ShouldNotBeNull();
        await workshop.First.DisposeAsync();
    }

    private static async Task<Workshop> ReadyAsync(FirstWorkerDevice device = FirstWorkerDevice.Cpu)
    {
        var workshop = new Workshop(first: device);
        workshop.First.Start();
        await Deadline.UntilAsync(() => workshop.First.Pid is not null, "the first worker is ready");
        return workshop;
    }

    private static Task<LmDeploy.Supervisor.Workers.WorkerInstance?> TakeAsync(Workshop workshop) =>
        workshop.Standby.TryTakeAsync(Workshop.Spec(), null, CancellationToken.None);

    private static bool Turned(Workshop workshop, Func<bool> condition)
    {
        if (!condition())
        {
            workshop.Time.Advance(TimeSpan.FromMilliseconds(250));
        }

        return condition();
    }
}
