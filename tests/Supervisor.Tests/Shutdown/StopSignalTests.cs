using LmDeploy.Supervisor.Shutdown;

namespace LmDeploy.Supervisor.Tests.Shutdown;

public sealed class StopSignalTests
{
    private readonly StopSignal _stop = new();

    [Fact]
    public async Task Drain_IsInNoHurry_UntilItIsAskedForAgain()
    {
        _stop.Drain("first");
        _stop.Requested.IsCompletedSuccessfully.ShouldBeTrue();
        _stop.Hurried.IsCompleted.ShouldBeFalse();

        _stop.Drain("second");

        _stop.Hurried.IsCompleted.ShouldBeTrue();
        (await _stop.Requested).ShouldBe("first");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Request_HurriesAlsoWhatDrains(bool drains)
    {
        if (drains)
        {
            _stop.Drain("drain");
        }

        _stop.Request("now");

        _stop.Hurried.IsCompleted.ShouldBeTrue();
        (await _stop.Requested).ShouldBe(drains ? "drain" : "now");
    }
}
