using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.V1;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.Lifecycle;

public sealed class RestartPolicyTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void OnDeath_FirstIsReplacedAtOnce_ThenTheDelayDoublesUpToTenSeconds()
    {
        var policy = new RestartPolicy(20, Window, _time);

        policy.OnDeath(Cause(0)).ShouldBe(TimeSpan.Zero);
        for (var earlier = 1; earlier < 20; earlier++)
        {
            var full = Math.Min(10, 0.1 * Math.Pow(2, earlier));
            policy.OnDeath(Cause(earlier)).ShouldNotBeNull().TotalSeconds.ShouldBeInRange(full / 2, full);
        }
    }

    [Fact]
    public void OnDeath_GivesUpAfterTheLimitAndNamesTheLastCauses()
    {
        var policy = new RestartPolicy(5, Window, _time);
        for (var death = 1; death <= 5; death++)
        {
            policy.OnDeath(Cause(death)).ShouldNotBeNull();
        }

        policy.OnDeath(Cause(6)).ShouldBeNull();

        var error = policy.GiveUp().Error;
        error.Code.ShouldBe(ErrorCodes.WorkerCrashed);
        error.Message.ShouldContain("6 workers died within 60 s");
        error.Message.ShouldContain("max_restarts is 5");
        error.Message.ShouldContain("cause 4");
        error.Message.ShouldContain("cause 6");
    }

    [Fact]
    public void OnDeath_ForgetsWhatIsOlderThanTheWindow()
    {
        var policy = new RestartPolicy(1, Window, _time);
        for (var death = 0; death < 5; death++)
        {
            policy.OnDeath(Cause(death)).ShouldBe(TimeSpan.Zero);
            _time.Advance(Window + TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void OnDeath_WithoutRestartsGivesUpWithTheCauseItself()
    {
        var policy = new RestartPolicy(0, Window, _time);
        var cause = Cause(1);

        policy.OnDeath(cause).ShouldBeNull();
        policy.GiveUp().ShouldBeSameAs(cause);
    }

    [Theory]
    [InlineData(ErrorCodes.WorkerCrashed, true)]
    [InlineData(ErrorCodes.WorkerStartFailed, true)]
    [InlineData(ErrorCodes.ModelNotFound, false)]
    [InlineData(ErrorCodes.InvalidCheckpoint, false)]
    [InlineData(ErrorCodes.NativeLibrary, false)]
    [InlineData(ErrorCodes.ProtocolMismatch, false)]
    public void IsWorthRetrying_OnlyWhatMayPass(string code, bool expected) => RestartPolicy.IsWorthRetrying(new SupervisorException(code, "")).ShouldBe(expected);

    private static SupervisorException Cause(int number) => new(ErrorCodes.WorkerCrashed, $"cause {number}");
}
