using CsCheck;
using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Scheduling;

namespace LmDeploy.Engine.Tests.Scheduling;

/// <summary>Prompts that begin alike.</summary>
public sealed partial class SchedulerTests
{
    [Fact]
    public void CommonBeginning_IsSharedOnlyWithTheSameSalt()
    {
        var scheduler = Scheduler(new BlockPool(100), mostSequences: 4);
        int[] prompt = [.. Enumerable.Range(1, (2 * BlockSize) + 1)];
        var first = Request(prompt, 50, cacheRoot: CacheSalt.RootOf("alice"));
        scheduler.Enqueue(first);
        for (var step = 0; step < 5; step++)
        {
            Compute(scheduler, scheduler.Next());
        }

        var same = Request(prompt, 50, cacheRoot: CacheSalt.RootOf("alice"));
        var other = Request(prompt, 50, cacheRoot: CacheSalt.RootOf("bob"));
        var none = Request(prompt, 50);
        scheduler.Enqueue(same);
        scheduler.Enqueue(other);
        scheduler.Enqueue(none);
        for (var step = 0; step < 9; step++)
        {
            Compute(scheduler, scheduler.Next());
        }

        same.CachedTokens.ShouldBe(2 * BlockSize);
        other.CachedTokens.ShouldBe(0);
        none.CachedTokens.ShouldBe(0);
    }

    [Fact]
    public void SharedBeginning_IsComputedOnce_AndReported()
    {
        var scheduler = Scheduler(new BlockPool(30));
        int[] prompt = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        var first = Request(prompt, 1);
        scheduler.Enqueue(first);
        while (scheduler.HasWork)
        {
            Compute(scheduler, scheduler.Next());
        }

        var second = Request(prompt, 1);
        scheduler.Enqueue(second);
        scheduler.Next().ShouldHaveSingleItem().Slice.FirstPosition.ShouldBe(8);
        first.CachedTokens.ShouldBe(0);
        second.CachedTokens.ShouldBe(8);
    }

    [Fact]
    public void OnePromptManyTimes_IsComputedOnce() =>
        Gen.Select(Gen.Int[1, 2].Array[1, 30], Gen.Int[1, 8], Gen.Int[2, 6]).Sample((prompt, count, maxNewTokens) =>
        {
            var cache = new Dictionary<long, int>();
            var pool = new BlockPool(200);
            var scheduler = Scheduler(pool, mostSequences: 8, cache: cache);
            var requests = Enumerable.Range(0, count).Select(_ => Request(prompt, maxNewTokens)).ToList();
            requests.ForEach(scheduler.Enqueue);
            var computed = 0;
            while (scheduler.HasWork)
            {
                var step = scheduler.Next();
                CheckBounds(step, mostSequences: 8);
                computed += step.Sum(scheduled => Math.Max(0, Math.Min(scheduled.Slice.Length, prompt.Length) - scheduled.Slice.FirstPosition));
                Compute(scheduler, step, cache);
            }

            computed.ShouldBe(prompt.Length + count - 1, "all of it once, and its last token again for each of the others");
            requests.Skip(1).ShouldAllBe(request => request.CachedTokens == prompt.Length - 1);
            pool.Used.ShouldBe(0);
        });

    [Fact]
    public void PromptsThatBeginAlike_ComputeFullBlocksOnce_WhateverBecomesOfTheFirst() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 8], Gen.Int[0, 3].Array[2, 6], Gen.Bool).Sample((blocks, cancelledAt, ends, isPressed) =>
        {
            var cache = new Dictionary<long, int>();
            var pool = new BlockPool(isPressed ? 12 : 200);
            var scheduler = Scheduler(pool, mostSequences: 6, cache: cache);
            int[] beginning = [.. Enumerable.Range(100, blocks * BlockSize)];
            using var cancellation = new CancellationTokenSource();
            var requests = ends
                .Select((end, i) => Request(
                    [.. beginning, .. Enumerable.Range(1000 * (i + 1), end + 1)], 6, cancellationToken: i == 0 ? cancellation.Token : default))
                .ToList();
            requests.ForEach(scheduler.Enqueue);
            var computed = 0;
            for (var stepNumber = 0; scheduler.HasWork; stepNumber++)
            {
                stepNumber.ShouldBeLessThan(500, "the others wait for what does not come");
                if (stepNumber == cancelledAt)
                {
                    cancellation.Cancel();
                }

                var step = scheduler.Next();
                computed += step.Sum(scheduled => Math.Max(0, Math.Min(scheduled.Slice.Length, beginning.Length) - scheduled.Slice.FirstPosition));
                Compute(scheduler, step, cache);
            }

            if (scheduler.Preemptions == 0)
            {
                computed.ShouldBeLessThan(beginning.Length + BlockSize, "of what was cancelled at most the last block is computed again");
            }

            requests.Skip(1).ShouldAllBe(request => request.Tokens.Count == 6);
            pool.Used.ShouldBe(0);
        });
}
