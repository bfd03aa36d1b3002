using LmDeploy.Supervisor.Admission;

namespace LmDeploy.Supervisor.Tests.Admission;

public sealed class MemoryNeedTests
{
    private static readonly MemoryNeed Shared = new(Fixed: 100, Least: 120, Most: 500, Share: 0.5);

    [Theory]
    [InlineData(119, null)]
    [InlineData(120, 120L)]
    [InlineData(300, 200L)]
    [InlineData(10_000, 500L)]
    public void Grant_IsWhatTheWorkerWillTake(long promisable, long? expected) => Shared.Grant(promisable).ShouldBe(expected);

    [Theory]
    [InlineData(299, null)]
    [InlineData(300, 300L)]
    [InlineData(10_000, 300L)]
    public void Grant_OfAFixedSizeIsAllOrNothing(long promisable, long? expected) => new MemoryNeed(100, 300, 300, 0).Grant(promisable).ShouldBe(expected);
}
