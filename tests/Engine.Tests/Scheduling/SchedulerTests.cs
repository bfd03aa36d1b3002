using CsCheck;
using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Likelihood;
using LmDeploy.Engine.Sampling;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Engine.Tests.Golden;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Scheduling;

/// <summary>The scheduler as a pure state machine: a step is computed by writing down which token each slot of the cache holds.</summary>
public sealed partial class SchedulerTests
{
    private const int BlockSize = 4;
    private const int MostPrefill = 6;
    private const int MostSequences = 3;

    /// <summary>Few different tokens, so that prompts begin alike.</summary>
    private static readonly Gen<int[]> _prompts = Gen.Int[1, 2].Array[1, 20];

    [Fact]
    public void EveryRequestFinishes_WithItsOwnTokensInTheCache_WhateverIsSharedPreemptedOrCancelled() =>
        Gen.Select(Gen.Select(_prompts, Gen.Int[1, 10], Gen.Int[0, 60], Gen.Int[0, 2]).Array[1, 14], Gen.Int[0, 9]).Sample((shapes, window) =>
        {
            var pool = new BlockPool(12);
            var cache = new Dictionary<long, int>();
            var scheduler = Scheduler(pool, window: window == 0 ? null : window, cache: cache);
            var cancellations = shapes.Select(_ => new CancellationTokenSource()).ToList();
            var requests = shapes.Select((shape, i) => Request(shape.Item1, shape.Item2, shape.Item4, cancellationToken: cancellations[i].Token)).ToList();
            requests.ForEach(scheduler.Enqueue);
            for (var stepNumber = 0; scheduler.HasWork; stepNumber++)
            {
                stepNumber.ShouldBeLessThan(5000, "requests starve");
                for (var i = 0; i < shapes.Length; i++)
                {
                    if (shapes[i].Item3 == stepNumber)
                    {
                        cancellations[i].Cancel();
                    }
                }

                var step = scheduler.Next();
                CheckBounds(step);
                Compute(scheduler, step, cache, window == 0 ? int.MaxValue : window);
            }

            requests.ShouldAllBe(request => request.Finished.IsCompleted);
            pool.Used.ShouldBe(0);
        });

    [Fact]
    public void Next_KeepsAPlaceForACallerThatHasNone()
    {
        const int places = 16;
        var scheduler = Scheduler(new BlockPool(1000), mostSequences: places);
        for (var i = 0; i < 3 * places; i++)
        {
            scheduler.Enqueue(Request([1, 2], 100, caller: 0));
        }

        scheduler.Next();
        scheduler.Running.ShouldBe(places - 1, "one caller does not get all places");
        scheduler.IsSettled.ShouldBeTrue("those that wait have no place now");
        scheduler.Enqueue(Request([1, 2], 2, caller: 1));
        scheduler.IsSettled.ShouldBeFalse();

        scheduler.Next();

        scheduler.Running.ShouldBe(places, "no answer had to end for the other caller");
        scheduler.Enqueue(Request([1, 2], 2, caller: 1));
        scheduler.Next();
        scheduler.Running.ShouldBe(places);
    }

    [Fact]
    public void Next_LetsALateCallerIn_BeforeTheManyRequestsOfAnother()
    {
        var scheduler = Scheduler(new BlockPool(100));
        for (var i = 0; i < 50; i++)
        {
            scheduler.Enqueue(Request([1, 2], 2, caller: 0));
        }

        var late = Request([1, 2], 2, caller: 1);
        scheduler.Enqueue(late);
        for (var step = 0; step < 6; step++)
        {
            Compute(scheduler, scheduler.Next());
        }

        late.Finished.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void Enqueue_RefusesWhatCouldNeverFit() =>
        Should.Throw<EngineException>(() => Scheduler(new BlockPool(3)).Enqueue(Request([1, 2, 3, 4, 5, 6, 7, 8], 1))).Code.ShouldBe(ErrorCodes.OutOfMemory);

    [Fact]
    public void Enqueue_RefusesWhenTooManyWait()
    {
        var scheduler = Scheduler(new BlockPool(30), mostWaiting: 2);
        scheduler.Enqueue(Request([1], 1));
        scheduler.Enqueue(Request([1], 1));
        var error = Should.Throw<EngineException>(() => scheduler.Enqueue(Request([1], 1)));
        error.Code.ShouldBe(ErrorCodes.QueueFull);
        error.Subject.ShouldBe("max_queue_len");
    }

    [Fact]
    public void Next_LetsRunningSequencesDecode_WhileAnotherPrefills()
    {
        var scheduler = Scheduler(new BlockPool(17));
        scheduler.Enqueue(Request([1], 5));
        Compute(scheduler, scheduler.Next());
        scheduler.Enqueue(Request([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 5));
        scheduler.Next().Select(scheduled => scheduled.Slice.Count).ShouldBe([1, MostPrefill]);
    }

    [Fact]
    public void Next_LetsAShortPromptHaveAStepBeforeALongOneGoesOn()
    {
        var scheduler = Scheduler(new BlockPool(100));
        scheduler.Enqueue(Request([.. Enumerable.Repeat(1, 100)], 1));
        Compute(scheduler, scheduler.Next());
        scheduler.Enqueue(Request([1, 2, 3], 1));

        var step = scheduler.Next();
        step.ShouldHaveSingleItem().ReachesEnd.ShouldBeTrue();
        Compute(scheduler, step);

        scheduler.Enqueue(Request([1, 2, 3], 1));
        step = scheduler.Next();
        step.Select(scheduled => scheduled.Slice.Count).ShouldBe([3, 3], "never two steps in a row");
        step[1].ReachesEnd.ShouldBeTrue();
    }

    [Fact]
    public void LongPrompt_HasEverySecondStepAtLeast_WhateverComesBesideIt() =>
        Gen.Select(Gen.Int[50, 150], Gen.Select(_prompts, Gen.Int[1, 4]).Array[0, 3].Array[1, 60]).Sample((length, arrivals) =>
        {
            var pool = new BlockPool(200);
            var scheduler = Scheduler(pool, mostWaiting: 1000);
            var prompt = Request([.. Enumerable.Range(100, length)], 1);
            scheduler.Enqueue(prompt);
            var leftOut = 0;
            for (var stepNumber = 0; !prompt.Finished.IsCompleted; stepNumber++)
            {
                stepNumber.ShouldBeLessThan(2 * ((length / (MostPrefill / 2)) + 1), "the long prompt starves");
                foreach (var (shortPrompt, maxNewTokens) in arrivals[stepNumber % arrivals.Length])
                {
                    scheduler.Enqueue(Request(shortPrompt, maxNewTokens));
                }

                var step = scheduler.Next();
                CheckBounds(step);
                leftOut = step.Any(scheduled => scheduled.Sequence.Request == prompt) ? 0 : leftOut + 1;
                leftOut.ShouldBeLessThanOrEqualTo(1);
                Compute(scheduler, step);
            }
        });

    [Fact]
    public void OutOfBlocks_TheLatestGivesWay_AndGoesOnLater()
    {
        var pool = new BlockPool(6);
        var scheduler = Scheduler(pool);
        var first = Request([1, 1, 1, 1], 12);
        var second = Request([2, 2, 2, 2], 12);
        scheduler.Enqueue(first);
        scheduler.Enqueue(second);
        var order = new List<RecordingRequest>();
        while (scheduler.HasWork)
        {
            Compute(scheduler, scheduler.Next());
            order.AddRange(new[] { first, second }.Where(request => request.Finished.IsCompleted).Except(order));
        }

        scheduler.Preemptions.ShouldBeGreaterThan(0);
        order.ShouldBe([first, second]);
        second.Tokens.Count.ShouldBe(12, "no token twice, none lost");
    }

    [Fact]
    public void ScoredPrompt_IsComputedFromWhereItIsScored()
    {
        var scheduler = Scheduler(new BlockPool(30));
        int[] prompt = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        scheduler.Enqueue(Request(prompt, 1));
        while (scheduler.HasWork)
        {
            Compute(scheduler, scheduler.Next());
        }

        scheduler.Enqueue(Request(prompt, 1, scoredFrom: 7));
        scheduler.Next().ShouldHaveSingleItem().Slice.FirstPosition.ShouldBe(4);
    }

    [Fact]
    public void SlidingWindows_GiveBackWhatNoTokenSees()
    {
        var pool = new BlockPool(30);
        var scheduler = Scheduler(pool, window: 8);
        scheduler.Enqueue(Request([1, 1, 1, 1], 60));
        while (scheduler.HasWork)
        {
            Compute(scheduler, scheduler.Next());
            pool.Used.ShouldBeLessThanOrEqualTo(3);
        }
    }

    [Fact]
    public void KnownBeginningThatFillsTheCache_LeavesRoomForTheRest_WithSlidingWindows()
    {
        var pool = new BlockPool(7);
        var scheduler = Scheduler(pool, window: 8);
        int[] prompt = [.. Enumerable.Range(1, 24)];
        scheduler.Enqueue(Request(prompt, 1));
        while (scheduler.HasWork)
        {
            Compute(scheduler, scheduler.Next());
        }

        var second = Request([.. prompt, 25, 26, 27], 12);
        scheduler.Enqueue(second);
        for (var steps = 0; scheduler.HasWork; steps++)
        {
            steps.ShouldBeLessThan(100, "the blocks of what no token sees are in the way");
            Compute(scheduler, scheduler.Next());
        }

        second.CachedTokens.ShouldBe(24);
        scheduler.Preemptions.ShouldBe(0);
    }

    [Fact]
    public void ResumedSequences_TakeLargerStepsUntilAllOfThemDecode()
    {
        var pool = new BlockPool(200);
        var scheduler = new Scheduler(
            pool, new PrefixCache(pool, BlockSize, isEnabled: false), BlockSize,
            new SchedulerLimits { MaxBatchSize = 4, MaxPrefillTokenNum = 8, MaxSequencePrefill = 4, BurstFactor = 4 }, (_, _, _) => { });
        scheduler.Enqueue(Request([.. Enumerable.Range(0, 30)], 18, resumed: [.. Enumerable.Range(50, 10)]));
        scheduler.Enqueue(Request([.. Enumerable.Range(100, 4)], 14, resumed: [.. Enumerable.Range(60, 6)]));

        var burst = scheduler.Next();
        Tokens(burst).Order().ToArray().ShouldBe([10, 16], "both had begun to answer");
        Compute(scheduler, burst);
        var beside = scheduler.Next();
        Tokens(beside).ShouldBe([1, 16], "beside one that went on already");
        Compute(scheduler, beside);

        scheduler.FinishAll(new Error());
        scheduler.Enqueue(Request([.. Enumerable.Range(0, 30)], 18));
        scheduler.Enqueue(Request([.. Enumerable.Range(100, 10)], 14));
        var prompts = scheduler.Next();
        Tokens(prompts).Order().ToArray().ShouldBe([4, 4], "prompts that come in");

        scheduler.FinishAll(new Error());
        scheduler.Enqueue(Request([1, 2, 3], 18));
        Compute(scheduler, scheduler.Next());
        scheduler.Enqueue(Request([.. Enumerable.Range(0, 30)], 18, resumed: [.. Enumerable.Range(50, 10)]));
        Tokens(scheduler.Next()).ShouldBe([1, 4], "beside one that was never interrupted");

        static IEnumerable<int> Tokens(IReadOnlyList<ScheduledSlice> step) => step.Select(scheduled => scheduled.Slice.Count);
    }

    private static Scheduler Scheduler(
        BlockPool pool, int mostWaiting = 100, int? window = null, int mostSequences = MostSequences, Dictionary<long, int>? cache = null) => new(
        pool,
        new PrefixCache(pool, BlockSize, isEnabled: true),
        BlockSize,
        new SchedulerLimits { MaxBatchSize = mostSequences, MaxPrefillTokenNum = MostPrefill, MaxQueueLen = mostWaiting, LongestWindow = window },
        (from, to, slots) => Copy(cache, from, to, slots));

    private static void Copy(Dictionary<long, int>? cache, long from, long to, int slots)
    {
        for (var slot = 0; cache is not null && slot < slots; slot++)
        {
            cache[(to * BlockSize) + slot] = cache[(from * BlockSize) + slot];
        }
    }

    private static RecordingRequest Request(
        int[] prompt, int maxNewTokens, int caller = 0, int? scoredFrom = null, int[]? resumed = null, long cacheRoot = 0,
        CancellationToken cancellationToken = default) => new()
    {
        Origin = new RequestOrigin(caller, cacheRoot),
        PromptIds = prompt,
        ResumedIds = resumed ?? [],
        Sampling = new SamplingParameters(),
        MaxNewTokens = maxNewTokens,
        Readouts = scoredFrom is { } from ? [new LikelihoodReadout(prompt, from)] : [],
        StopTokenIds = new HashSet<int>(),
        CancellationToken = cancellationToken,
    };

    private static void CheckBounds(IReadOnlyList<ScheduledSlice> step, int mostSequences = MostSequences)
    {
        step.Count.ShouldBeLessThanOrEqualTo(mostSequences);
        step.Where(scheduled => !scheduled.Sequence.IsPrefilled).Sum(scheduled => scheduled.Slice.Count).ShouldBeLessThanOrEqualTo(MostPrefill);
        step.SkipWhile(scheduled => scheduled.Slice.Count == 1).ShouldAllBe(scheduled => scheduled.Slice.Count > 1);
        step
            .SelectMany(scheduled => Enumerable.Range(scheduled.Slice.FirstPosition, scheduled.Slice.Count).Select(scheduled.Slice.Blocks.Slot))
            .ShouldBeUnique();
    }

    /// <summary>Writes the step's tokens to their slots, and sees to it that all before them which they see are still there.</summary>
    private static void Compute(Scheduler scheduler, IReadOnlyList<ScheduledSlice> step, Dictionary<long, int>? cache = null, int window = int.MaxValue)
    {
        foreach (var (sequence, slice) in step)
        {
            for (var i = 0; i < slice.Count; i++)
            {
                cache?[slice.Blocks.Slot(slice.FirstPosition + i)] = slice.Tokens.Span[i];
            }
        }

        foreach (var scheduled in step)
        {
            var sequence = scheduled.Sequence;
            for (var position = Math.Max(0, scheduled.Slice.FirstPosition + 1 - window); cache is not null && position < scheduled.Slice.Length; position++)
            {
                cache[scheduled.Slice.Blocks.Slot(position)].ShouldBe(sequence.Tokens[position]);
            }

            var reachesEnd = scheduled.ReachesEnd;
            scheduler.Advance(scheduled);
            if (!reachesEnd)
            {
                continue;
            }

            var token = 1 + (sequence.Tokens.Count % 2);
            sequence.Append(token);
            sequence.Request.OnToken(new SampledToken(token, null), isStopToken: false);
            if (sequence.Generated == sequence.Request.MaxNewTokens)
            {
                scheduler.Finish(sequence, FinishReason.Length);
            }
        }
    }
}
