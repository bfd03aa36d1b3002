using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Standby;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Standby;

public sealed class StandbyPoolTests
{
    [Fact]
    public async Task Nobody_IsStartedWhomNobodyAskedFor()
    {
        using var workshop = new Workshop(standby: 0);

        workshop.Standby.Start();
        workshop.Time.Advance(TimeSpan.FromHours(1));

        workshop.Starts.ShouldBe(0);
        await workshop.Standby.StopAsync().InTime();
    }

    [Fact]
    public async Task Pipeline_GetsTheWorkerThatStandsBy_AndAnotherTakesItsPlace()
    {
        using var workshop = await FillAsync();
        var process = workshop.Process;

        var pipeline = await workshop.OpenReadyAsync();

        pipeline.Worker.ShouldNotBeNull().Process.ShouldBe(process);
        await UntilAsync(workshop, () => workshop.Standby.Count == 1, "the place is filled again");
        workshop.Starts.ShouldBe(2);
        pipeline.Stop(StopReason.Disposed);
        await pipeline.Completion.InTime();
        await EndAsync(workshop);
    }

    [Fact]
    public async Task DeadWorker_IsReplaced()
    {
        using var workshop = await FillAsync();
        var first = workshop.Process;

        first.Exit(137);

        await UntilAsync(workshop, () => workshop.Starts == 2 && workshop.Standby.Count == 1, "the dead worker is replaced");
        first.IsDisposed.ShouldBeTrue();
        await EndAsync(workshop);
    }

    [Fact]
    public async Task DeadWorker_IsNotHandedOut()
    {
        using var workshop = await FillAsync();
        workshop.Process.Exit(137);

        (await workshop.Standby.TryTakeAsync(Workshop.Spec(), null, CancellationToken.None).InTime()).ShouldBeNull();
        await EndAsync(workshop);
    }

    [Fact]
    public async Task WorkerThatDoesNotAnswer_IsEndedAndNotHandedOut()
    {
        using var workshop = await FillAsync();
        var first = workshop.Process;
        workshop.Connection.Preparing = new TaskCompletionSource().Task;

        var taking = workshop.Standby.TryTakeAsync(Workshop.Spec(), null, CancellationToken.None);

        // Another one may have taken its place meanwhile.
        await using var taken = await workshop.TurnUntilAsync(taking, TimeSpan.FromMilliseconds(100));
        taken?.Process.ShouldNotBe(first);
        await Deadline.UntilAsync(() => first.IsDisposed, "the frozen worker is ended");
        await EndAsync(workshop);
    }

    [Theory]
    [InlineData("memory limit")]
    [InlineData("other devices")]
    public async Task WorkerThatDoesNotFit_StaysWhereItIs(string why)
    {
        using var workshop = await FillAsync();
        var engine = new EngineConfig { Device = EngineDevice.Cpu };
        var admission = why == "memory limit" ? new AdmissionConfig { MemoryLimitBytes = 1 << 30 } : null;
        var spec = PipelineSpec.Create(new OpenPipeline { Model = "/models/m", Engine = engine, Admission = admission }, holderPid: 1);
        var devices = why == "other devices" ? "GPU-0123" : null;

        (await workshop.Standby.TryTakeAsync(spec, devices, CancellationToken.None).InTime()).ShouldBeNull();
        workshop.Standby.Count.ShouldBe(1);
        await EndAsync(workshop);
    }

    [Fact]
    public async Task FailedStarts_AreRepeatedLessAndLessOften()
    {
        using var workshop = new Workshop(standby: 1) { StartFailure = new SupervisorException(ErrorCodes.WorkerStartFailed, "no") };
        workshop.Standby.Start();
        var began = workshop.Time.GetTimestamp();

        await UntilAsync(workshop, () => workshop.FailedStarts == 4, "four attempts");

        workshop.Time.GetElapsedTime(began).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1 + 2 + 4));
        workshop.StartFailure = null;
        await UntilAsync(workshop, () => workshop.Standby.Count == 1, "it works again");
        await EndAsync(workshop);
    }

    [Fact]
    public async Task Shortage_EndsThemAll_AndTheyComeBackOnceItIsOverForAWhile()
    {
        using var workshop = await FillAsync();
        workshop.Pressure.High = true;
        await UntilAsync(workshop, () => workshop.Standby.Count == 0, "memory is short and nobody stands by");
        await Deadline.UntilAsync(() => workshop.Process.IsDisposed, "the worker is gone");
        workshop.Pressure.High = false;
        var calmSince = workshop.Time.GetTimestamp();

        await UntilAsync(workshop, () => workshop.Standby.Count == 1, "the pool is filled again");

        workshop.Time.GetElapsedTime(calmSince).ShouldBeGreaterThanOrEqualTo(StandbyPool.CalmTime - StandbyPool.LookInterval);
        await EndAsync(workshop);
    }

    [Fact]
    public async Task OutOfMemory_OfAPipelineDropsThem()
    {
        using var workshop = await FillAsync();
        (await workshop.Standby.TryTakeAsync(Workshop.Spec(), null, CancellationToken.None).InTime()).ShouldNotBeNull();
        await UntilAsync(workshop, () => workshop.Standby.Count == 1, "the place is filled again");
        var open = new OpenPipeline
        {
            Model = "/models/m",
            Engine = new EngineConfig { Device = EngineDevice.Cpu },
            Supervision = new SupervisionConfig { MaxRestarts = 0 },
            Admission = new AdmissionConfig { MemoryLimitBytes = 1 << 30 },
        };
        var pipeline = workshop.Registry.Open(PipelineSpec.Create(open, holderPid: 1));
        await Deadline.UntilAsync(() => workshop.Starts == 3, "a worker of its own was started");
        await workshop.Connection.LoadCalled.Task.InTime();

        workshop.Connection.Loading.SetException(new SupervisorException(ErrorCodes.OutOfMemory, "it does not fit").ToCallFailure());
        await pipeline.Completion.InTime();

        workshop.Standby.Count.ShouldBe(0);
        await EndAsync(workshop);
    }

    [Fact]
    public async Task Stop_EndsThemAndStartsNoMore()
    {
        using var workshop = await FillAsync();

        await EndAsync(workshop);

        workshop.Process.IsDisposed.ShouldBeTrue();
        workshop.Time.Advance(TimeSpan.FromHours(1));
        workshop.Starts.ShouldBe(1);
        (await workshop.Standby.TryTakeAsync(Workshop.Spec(), null, CancellationToken.None).InTime()).ShouldBeNull();
    }

    [Fact]
    public async Task LoopThatFails_LeavesNoWorkerThatNobodyLooksAfter()
    {
        using var workshop = await FillAsync();
        var first = workshop.Process;

        workshop.Pressure.Failure = new InvalidOperationException("what nobody foresaw");

        await UntilAsync(workshop, () => first.IsDisposed, "the worker that stood by is ended");
        workshop.Standby.Count.ShouldBe(0);
        await EndAsync(workshop);
    }

    private static async Task<Workshop> FillAsync()
    {
        var workshop = new Workshop(standby: 1);
        workshop.Standby.Start();
        await Deadline.UntilAsync(() => workshop.Standby.Count == 1, "a worker stands by");
        return workshop;
    }

    private static async Task EndAsync(Workshop workshop)
    {
        await workshop.Standby.StopAsync().InTime("the pool ends");
        workshop.Standby.Count.ShouldBe(0);
    }

    private static Task UntilAsync(Workshop workshop, Func<bool> condition, string what) => Deadline.UntilAsync(
        () =>
        {
            if (!condition())
            {
                workshop.Time.Advance(TimeSpan.FromMilliseconds(250));
            }

            return condition();
        },
        what);
}
