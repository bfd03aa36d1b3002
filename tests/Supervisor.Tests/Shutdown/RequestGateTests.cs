using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Shutdown;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Shutdown;

public sealed class RequestGateTests
{
    private readonly RequestGate _gate = new();

    [Fact]
    public void Close_IsDoneWhenTheLastRequestIs()
    {
        _gate.Enter();
        _gate.Enter();
        var drained = _gate.CloseAsync();
        _gate.Leave();
        drained.IsCompleted.ShouldBeFalse();
        _gate.Running.ShouldBe(1);

        _gate.Leave();

        drained.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void Close_WithNothingRunningIsDoneAtOnce() => _gate.CloseAsync().IsCompleted.ShouldBeTrue();

    [Fact]
    public void Enter_AfterCloseIsRefusedAndNotCounted()
    {
        _gate.Enter();
        _ = _gate.CloseAsync();

        var error = Should.Throw<SupervisorException>(_gate.Enter).Error;

        error.Code.ShouldBe(ErrorCodes.SupervisorUnavailable);
        error.Message.ShouldContain("draining");
        Should.Throw<SupervisorException>(_gate.Check);
        _gate.Running.ShouldBe(1);
    }
}
