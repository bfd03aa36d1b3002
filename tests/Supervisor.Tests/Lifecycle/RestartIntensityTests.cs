using Grpc.Core;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.V1;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.Lifecycle;

public sealed class RestartIntensityTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Allows_UpToTheLimit_ThenGivesUpNamingTheLastCauses()
    {
        var intensity = new RestartIntensity(5, Window, _time);
        for (var death = 1; death <= 5; death++)
        {
            intensity.Allows(Cause(death)).ShouldBeTrue();
        }

        intensity.Allows(Cause(6)).ShouldBeFalse();

        var error = intensity.GiveUp().Error;
        error.Code.ShouldBe(ErrorCodes.WorkerCrashed);
        error.Message.ShouldContain("6 workers died within 60 s");
        error.Message.ShouldContain("max_restarts is 5");
        error.Message.ShouldContain("cause 4");
        error.Message.ShouldContain("cause 6");
        error.Failure.WorkerPid.ShouldBe(6);
    }

    [Fact]
    public void Allows_ForgetsWhatIsOlderThanTheWindow()
    {
        var intensity = new RestartIntensity(1, Window, _time);
        for (var death = 0; death < 5; death++)
        {
            intensity.Allows(Cause(death)).ShouldBeTrue();
            _time.Advance(Window + TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void Allows_WithoutRestartsGivesUpWithTheCauseItself()
    {
        var intensity = new RestartIntensity(0, Window, _time);
        var cause = Cause(1);

        intensity.Allows(cause).ShouldBeFalse();
        intensity.GiveUp().ShouldBeSameAs(cause);
    }

    private static SupervisorException Cause(int number) => new(
        new Error { Code = ErrorCodes.WorkerCrashed, Message = $"cause {number}", Failure = new WorkerFailure { WorkerPid = number } }, StatusCode.Unavailable);
}
