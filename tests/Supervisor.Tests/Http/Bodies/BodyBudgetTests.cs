using LmDeploy.Memory;
using LmDeploy.Supervisor.Http.Bodies;
using LmDeploy.Supervisor.Http.Errors;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.Http.Bodies;

public sealed class BodyBudgetTests : IDisposable
{
    private const long Largest = 32 << 20;

    private readonly FakeTimeProvider _time = new();
    private readonly HeapTrim _trim;
    private readonly BodyBudget _budget;
    private int _collections;
    private long _pooled;

    public BodyBudgetTests()
    {
        _trim = new HeapTrim(_time, Collect);
        _budget = new BodyBudget(Largest, _trim);
    }

    public void Dispose() => _trim.Dispose();

    [Fact]
    public void LargeBodies_AreRefusedBeforeTheyAreRead_AndLeaveRoomForSmallOnes()
    {
        using var first = _budget.Lease(Largest);
        using var second = _budget.Lease(Largest);

        var refusal = Should.Throw<ApiException>(() => _budget.Lease(Largest));

        refusal.Status.ShouldBe(429);
        refusal.Code.ShouldBe(ApiErrorCodes.TooManyBytes);
        using var small = _budget.Lease(1000);
        first.Dispose();
        using var third = _budget.Lease(Largest);
    }

    [Fact]
    public void BodyThatCanNeverBeTaken_IsNotToBeSentAgain()
    {
        var refusal = Should.Throw<ApiException>(() => _budget.Lease((10 * Largest) + 1));

        refusal.Status.ShouldBe(413);
        refusal.Code.ShouldBe(ApiErrorCodes.RequestTooLarge);
        Should.Throw<ApiException>(() => _budget.Lease(Largest + 1)).Status.ShouldBe(413);
    }

    [Fact]
    public void BodyOfUnknownLength_CountsAsTheLargestOnceItIsLarge()
    {
        using var chunked = _budget.Lease(null);
        chunked.GrowTo(BodyBudget.SmallBody, isAnnounced: false);
        chunked.GrowTo(BodyBudget.SmallBody + 1, isAnnounced: false);
        using var other = _budget.Lease(Largest);

        Should.Throw<ApiException>(() => _budget.Lease(BodyBudget.SmallBody + 1));
        chunked.Dispose();
        chunked.Dispose();
        using var next = _budget.Lease(Largest);
        Should.Throw<ApiException>(() => _budget.Lease(Largest));
    }

    [Fact]
    public void SmallBodies_HaveABoundToo()
    {
        var leases = Enumerable.Range(0, (int)(BodyBudget.SmallBodies / BodyBudget.SmallBody)).Select(_ => _budget.Lease(BodyBudget.SmallBody)).ToList();

        Should.Throw<ApiException>(() => _budget.Lease(1)).Status.ShouldBe(429);

        leases.ForEach(lease => lease.Dispose());
        _budget.Lease(1).Dispose();
    }

    [Fact]
    public void OneBodyOfTheLargestSize_AlwaysHasRoom()
    {
        var budget = new BodyBudget(512 << 20, _trim);
        using var only = budget.Lease(512 << 20);
        Should.Throw<ApiException>(() => budget.Lease(512 << 20));
    }

    [Fact]
    public void MemoryOfLargeBodies_GoesBackToTheSystem()
    {
        _budget.Lease(HeapTrim.LargeBytes).Dispose();
        _time.Advance(TimeSpan.FromMinutes(5));
        _collections.ShouldBe(0);

        _budget.Lease(Largest).Dispose();
        _time.Advance(TimeSpan.FromSeconds(5));
        _collections.ShouldBe(1);
        _time.Advance(TimeSpan.FromMinutes(5));
        _collections.ShouldBe(2, "what pools kept goes a minute later, and there it ends");
    }

    [Fact]
    public void PoolsThatGiveBackLittleByLittle_AreCollectedUntilTheyGiveNothing()
    {
        _pooled = 3 * Largest;

        _budget.Lease(Largest).Dispose();
        for (var second = 0; second < 300; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _pooled.ShouldBe(0);
        _collections.ShouldBe(5, "one soon, three that gave something, and one that gave nothing");
    }

    /// <summary>Frees nothing soon after a release; later a large array each time.</summary>
    private long Collect()
    {
        if (_collections++ == 0 || _pooled == 0)
        {
            return 0;
        }

        _pooled -= Largest;
        return Largest;
    }
}
