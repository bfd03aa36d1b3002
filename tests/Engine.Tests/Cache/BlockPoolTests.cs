using CsCheck;
using LmDeploy.Engine.Cache;

namespace LmDeploy.Engine.Tests.Cache;

public sealed class BlockPoolTests
{
    [Fact]
    public void AnyUse_NeverHandsOutPaddingOrAUsedBlock_AndLosesNone() =>
        Gen.Int[0, 5].Array[1, 200].Sample(steps =>
        {
            var pool = new BlockPool(17);
            var evicted = new List<int>();
            pool.Evicted = evicted.Add;
            var uses = new List<int>();
            foreach (var step in steps)
            {
                switch (step)
                {
                    case 0 when uses.Count > 0:
                        pool.Release(uses[0]);
                        uses.RemoveAt(0);
                        break;
                    case 1 when uses.Count > 0:
                        pool.Share(uses[^1]);
                        uses.Add(uses[^1]);
                        break;
                    case 2 when uses.Count > 0:
                        pool.Keep(uses[^1]);
                        break;
                    default:
                        if (pool.TryTake() is { } block)
                        {
                            block.ShouldBeInRange(1, 16);
                            uses.ShouldNotContain(block);
                            uses.Add(block);
                        }
                        else
                        {
                            uses.Distinct().Count().ShouldBe(16, "it said that all are used");
                        }

                        break;
                }

                pool.Used.ShouldBe(uses.Distinct().Count());
                (pool.Used + pool.Free).ShouldBe(pool.Total);
            }

            uses.ForEach(pool.Release);
            pool.Used.ShouldBe(0);
            Should.Throw<InvalidOperationException>(() => pool.Release(1));
        });

    [Fact]
    public void KeptBlocks_GoLast_TheOldestFirst_AndAreReported()
    {
        var pool = new BlockPool(4);
        var evicted = new List<int>();
        pool.Evicted = evicted.Add;
        var blocks = Enumerable.Range(0, 3).Select(_ => pool.TryTake()!.Value).ToList();
        pool.Keep(blocks[0]);
        pool.Keep(blocks[1]);
        pool.Release(blocks[1]);
        pool.Release(blocks[0]);
        pool.Release(blocks[2]);

        pool.TryTake().ShouldBe(blocks[2], "it was free");
        evicted.ShouldBeEmpty();
        pool.TryTake().ShouldBe(blocks[1], "it was kept longest");
        evicted.ShouldBe([blocks[1]]);
        pool.Share(blocks[0]);
        pool.TryTake().ShouldBeNull();
    }
}
