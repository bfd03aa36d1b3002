using CsCheck;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Engine.Tensors;

namespace LmDeploy.Engine.Tests.Scheduling;

public sealed class FairQueueTests
{
    [Fact]
    public void Dequeue_LetsCallersTakeTurns()
    {
        var queue = new FairQueue<string>();
        foreach (var item in new[] { "a1", "a2", "a3", "b1", "c1", "c2" })
        {
            queue.Enqueue(item[0], item);
        }

        Drain(queue).ShouldBe(["a1", "b1", "c1", "a2", "c2", "a3"]);
    }

    [Fact]
    public void TryPeek_PassesCallersOver_WhoKeepTheirPlaceInTheRound()
    {
        var queue = new FairQueue<string>();
        foreach (var item in new[] { "a1", "a2", "b1", "c1" })
        {
            queue.Enqueue(item[0], item);
        }

        queue.TryPeek(caller => caller.Equals('c'), out var next).ShouldBeTrue();
        next.ShouldBe("c1");
        queue.Dequeue().ShouldBe("c1");
        queue.TryPeek(caller => caller.Equals('c'), out _).ShouldBeFalse();
        queue.AnyCaller(caller => caller.Equals('b')).ShouldBeTrue();
        Drain(queue).ShouldBe(["a1", "b1", "a2"]);
    }

    [Fact]
    public void AnyUse_KeepsEachCallersOrder_AndLosesNothing() =>
        Gen.Select(Gen.Int[0, 3], Gen.Bool).Array[1, 80].Sample(steps =>
        {
            var queue = new FairQueue<(int Caller, int Number)>();
            var taken = new List<(int Caller, int Number)>();
            var number = 0;
            foreach (var (caller, takes) in steps)
            {
                if (takes && queue.TryPeek(_ => true, out var next))
                {
                    queue.Dequeue().ShouldBe(next);
                    taken.Add(next);
                }
                else
                {
                    queue.Enqueue(caller, (caller, number++));
                }
            }

            var removed = queue.RemoveAll(item => item.Number % 3 == 0);
            taken.AddRange(Drain(queue));
            queue.Count.ShouldBe(0);
            taken.Concat(removed).Select(item => item.Number).Order().ShouldBe(Enumerable.Range(0, number));
            foreach (var own in taken.GroupBy(item => item.Caller))
            {
                own.Select(item => item.Number).ShouldBeInOrder(SortDirection.Ascending);
            }
        });

    private static List<T> Drain<T>(FairQueue<T> queue)
    {
        var items = new List<T>();
        while (queue.TryPeek(_ => true, out _))
        {
            items.Add(queue.Dequeue());
        }

        return items;
    }
}
