using CsCheck;
using LmDeploy.Worker.Cache;

namespace LmDeploy.Worker.Tests.Cache;

public sealed class BlockAllocatorTests
{
    [Fact]
    public void TryAllocate_NeverHandsOutThePaddingBlock_OrABlockTwice() =>
        Gen.Int[0, 9].Array[1, 60].Sample(steps =>
        {
            var allocator = new BlockAllocator(33);
            var held = new Queue<int[]>();
            foreach (var step in steps)
            {
                if (step < 3 && held.TryDequeue(out var oldest))
                {
                    allocator.Release(oldest);
                }
                else if (allocator.TryAllocate(step) is { } blocks)
                {
                    held.Enqueue(blocks);
                }

                var all = held.SelectMany(blocks => blocks).ToList();
                all.ShouldBeUnique();
                all.ShouldNotContain(0);
                allocator.Used.ShouldBe(all.Count);
                (allocator.Used + allocator.Free).ShouldBe(32);
            }
        });

    [Fact]
    public void TryAllocate_GivesNothing_WhenThereAreTooFew()
    {
        var allocator = new BlockAllocator(5);
        allocator.TryAllocate(5).ShouldBeNull();
        allocator.Free.ShouldBe(4);
    }

    [Fact]
    public void Release_RefusesABlockThatIsNotInUse() =>
        Should.Throw<InvalidOperationException>(() => new BlockAllocator(5).Release([2]));
}
