using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Workers;

public sealed class WorkerStopperTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task StopAsync_AsksFirstAndClearsUpAfterwards()
    {
        using var workshop = new Workshop();

        var end = await workshop.Stopper.StopAsync(workshop.Process, Grace, crashed: false).InTime();

        workshop.Process.Done.ShouldBe(["close", "terminate", "kill"]);
        end.How.ShouldBe(WorkerExit.Exited);
        end.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task StopAsync_GivesASlowWorkerItsWholeGrace()
    {
        using var workshop = new Workshop(time => new FakeWorkerProcess(time) { OnTerminate = null });
        var stopping = workshop.Stopper.StopAsync(workshop.Process, Grace, crashed: false);

        workshop.Time.Advance(Grace - TimeSpan.FromMilliseconds(1));
        workshop.Process.Done.ShouldNotContain("kill");
        workshop.Process.Exit(0);

        (await stopping.InTime()).How.ShouldBe(WorkerExit.Exited);
    }

    [Fact]
    public async Task StopAsync_KillsWhatIgnoresTheRequest()
    {
        using var workshop = new Workshop(time => new FakeWorkerProcess(time) { OnTerminate = null });
        var stopping = workshop.Stopper.StopAsync(workshop.Process, Grace, crashed: false);
        workshop.Process.Done.ShouldBe(["close", "terminate"]);

        workshop.Time.Advance(Grace);

        var end = await stopping.InTime();
        end.How.ShouldBe(WorkerExit.Killed);
        end.ExitCode.ShouldBe(137);
        end.ExitTime.ShouldBe(Grace);
    }

    [Fact]
    public async Task StopAsync_ReturnsAtItsDeadlineWithoutTheExit()
    {
        using var workshop = new Workshop(time => new FakeWorkerProcess(time) { OnTerminate = null, OnKill = null });
        var stopping = workshop.Stopper.StopAsync(workshop.Process, Grace, crashed: false);

        var end = await workshop.TurnUntilAsync(stopping, TimeSpan.FromMilliseconds(100));

        end.ExitCode.ShouldBeNull();
        end.How.ShouldBe(WorkerExit.Unspecified);
        end.ExitTime.ShouldBeInRange(Grace + workshop.Options.KillTimeout, Grace + workshop.Options.KillTimeout + TimeSpan.FromMilliseconds(200));
        end.Left.ShouldBe(workshop.Process.Memory);
    }

    [Fact]
    public async Task StopAsync_WithoutGraceStillKills()
    {
        using var workshop = new Workshop(time => new FakeWorkerProcess(time) { OnTerminate = null });

        var end = await workshop.Stopper.StopAsync(workshop.Process, TimeSpan.Zero, crashed: false).InTime();

        end.How.ShouldBe(WorkerExit.Killed);
    }

    [Fact]
    public async Task StopAsync_KillsChildrenUntilTheyAreGone()
    {
        using var workshop = new Workshop(time => new FakeWorkerProcess(time) { SurvivorSightings = 3 });
        var stopping = workshop.Stopper.StopAsync(workshop.Process, Grace, crashed: false);

        var end = await workshop.TurnUntilAsync(stopping, TimeSpan.FromMilliseconds(5));

        end.HasSurvivors.ShouldBeFalse();
        workshop.Process.Done.Count(done => done == "kill").ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task StopAsync_LooksAgainWhenNoDescriptorWasLeft()
    {
        using var workshop = new Workshop();
        workshop.Process.LookFailure = new IOException("Too many open files : '/proc'", 24);
        var stopping = workshop.Stopper.StopAsync(workshop.Process, Grace, crashed: false);
        workshop.Time.Advance(TimeSpan.FromMilliseconds(5));
        stopping.IsCompleted.ShouldBeFalse("whether children are left is not known");
        workshop.Process.LookFailure = null;

        (await workshop.TurnUntilAsync(stopping, TimeSpan.FromMilliseconds(5))).HasSurvivors.ShouldBeFalse();
    }

    [Fact]
    public async Task StopAsync_ReportsChildrenThatStay()
    {
        using var workshop = new Workshop(time => new FakeWorkerProcess(time) { SurvivorSightings = int.MaxValue });
        var stopping = workshop.Stopper.StopAsync(workshop.Process, Grace, crashed: false);

        var end = await workshop.TurnUntilAsync(stopping, TimeSpan.FromSeconds(1));

        end.HasSurvivors.ShouldBeTrue();
        end.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task StopAsync_CallsACrashACrash()
    {
        using var workshop = new Workshop();
        workshop.Process.Exit(139);

        var end = await workshop.Stopper.StopAsync(workshop.Process, Grace, crashed: true).InTime();

        end.How.ShouldBe(WorkerExit.Crashed);
        end.ExitCode.ShouldBe(139);
    }
}
