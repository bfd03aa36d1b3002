using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Tests.Workers;

public sealed class SpawnThreadTests
{
    [Fact]
    public async Task RunAsync_AlwaysUsesTheSameThread_AlsoAfterAFailure()
    {
        var spawner = new SpawnThread();
        var first = await spawner.RunAsync(() => Environment.CurrentManagedThreadId).InTime();
        await Should.ThrowAsync<InvalidOperationException>(spawner.RunAsync<int>(() => throw new InvalidOperationException()).InTime());

        (await spawner.RunAsync(() => Environment.CurrentManagedThreadId).InTime()).ShouldBe(first);
        first.ShouldNotBe(Environment.CurrentManagedThreadId);
    }
}
