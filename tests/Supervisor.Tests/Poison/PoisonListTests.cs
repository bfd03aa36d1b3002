using LmDeploy.Supervisor.Poison;
using LmDeploy.V1;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.Poison;

public sealed class PoisonListTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromMinutes(10);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Find_RefusesForATime()
    {
        var list = new PoisonList(Ttl, _time);
        list.IsEmpty.ShouldBeTrue();
        var poisoned = list.Poison("f1", new WorkerFailure { Kind = WorkerFailureKind.Crashed, WorkerPid = 7 }, "SIGSEGV.");

        poisoned.Code.ShouldBe(ErrorCodes.PoisonedRequest);
        poisoned.Failure.WorkerPid.ShouldBe(7);
        var refusal = list.Find("f1").ShouldNotBeNull();
        refusal.Code.ShouldBe(ErrorCodes.PoisonedRequest);
        refusal.Message.ShouldContain("poison_ttl_ms");
        refusal.Subject.ShouldBe("f1");
        list.Find("f2").ShouldBeNull();

        _time.Advance(Ttl);
        list.Find("f1").ShouldBeNull();
        list.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Add_ForgetsTheOldestWhenThereAreMany()
    {
        var list = new PoisonList(Ttl, _time);
        for (var i = 0; i < 1500; i++)
        {
            list.Add($"f{i}", new WorkerFailure());
        }

        Enumerable.Range(0, 1500).Count(i => list.Find($"f{i}") is not null).ShouldBe(1000);
        list.Find("f499").ShouldBeNull();
        list.Find("f500").ShouldNotBeNull();
    }

    [Fact]
    public void ZeroTtl_RefusesNothing()
    {
        var list = new PoisonList(TimeSpan.Zero, _time);
        list.Add("f1", new WorkerFailure());

        list.Find("f1").ShouldBeNull();
    }
}
