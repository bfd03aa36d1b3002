using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Lifecycle;

public sealed class RequestScopeTests
{
    [Fact]
    public async Task Dispose_EndsTheRequestOnce()
    {
        using var workshop = new Workshop();
        var pipeline = await workshop.OpenReadyAsync();
        var left = 0;
        var scope = pipeline.Enter(() => left++);
        using var other = pipeline.Enter();
        pipeline.RunningRequests.ShouldBe(2);

        scope.Dispose();
        scope.Dispose();

        pipeline.RunningRequests.ShouldBe(1);
        left.ShouldBe(1);
        pipeline.Stop(StopReason.Disposed);
        await pipeline.Completion.InTime();
    }
}
