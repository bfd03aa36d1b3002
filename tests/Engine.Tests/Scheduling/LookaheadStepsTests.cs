using CsCheck;
using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Likelihood;
using LmDeploy.Engine.Sampling;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Engine.Tests.Golden;
using LmDeploy.Tests.Torch;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Scheduling;

[Collection(TorchTests.Name)]
public sealed class LookaheadStepsTests
{
    private const int BlockSize = 4;
    private const int Everything = 1_000;

    /// <summary>What is asked for; always the most probable token comes out. Prompts that are scored are not for these steps.</summary>
    public enum Kind
    {
        Greedy,
        Draws,
        DrawsFromAll,
        WithLogprobs,
        Scored,
    }

    private readonly WrittenQueue _queue;
    private readonly BlockPool _pool;
    private readonly Scheduler _scheduler;
    private readonly LookaheadSteps _lookahead;
    private readonly int _window;

    public LookaheadStepsTests()
        : this(blocks: 100, Everything)
    {
    }

    private LookaheadStepsTests(int blocks, int window)
    {
        (_window, _pool, _queue) = (window, new BlockPool(blocks), new WrittenQueue(window));
        _scheduler = new Scheduler(
            _pool,
            new PrefixCache(_pool, BlockSize, isEnabled: true),
            BlockSize,
            new SchedulerLimits { MaxBatchSize = 3, MaxPrefillTokenNum = 6, LongestWindow = window == Everything ? null : window },
            (from, to, slots) => _queue.Copy((long)from * BlockSize, (long)to * BlockSize, slots));
        _lookahead = new LookaheadSteps(_queue, _scheduler);
    }

    [Fact]
    public void WhateverIsSharedStoppedCancelledOrLate_EveryAnswerIsItsOwn() =>
        Gen.Select(
            Gen.Select(Gen.Int[1, 2].Array[1, 12], Gen.Int[1, 14], Gen.Int[0, 40], Gen.Int[0, 25], Gen.Int[-1, 8], Gen.Enum<Kind>()).Array[1, 9],
            Gen.Int[0, 9],
            Gen.Int[8, 40]).Sample((shapes, window, blocks) =>
        {
            var test = new LookaheadStepsTests(blocks, window == 0 ? Everything : window);
            var cancellations = shapes.Select(_ => new CancellationTokenSource()).ToList();
            var requests = shapes.Select((shape, i) => Request(shape.Item1, shape.Item2, shape.Item5, shape.Item6, cancellations[i].Token)).ToList();
            for (var step = 0; step <= 40 || test._scheduler.HasWork; step++)
            {
                step.ShouldBeLessThan(2_000, "requests starve");
                for (var i = 0; i < shapes.Length; i++)
                {
                    if (shapes[i].Item3 == step)
                    {
                        cancellations[i].Cancel();
                    }

                    if (shapes[i].Item4 == step)
                    {
                        test._scheduler.Enqueue(requests[i]);
                    }
                }

                test.Step();
            }

            foreach (var request in requests)
            {
                var whole = WrittenQueue.Answer(request.PromptIds, request.MaxNewTokens, test._window);
                var stop = Array.FindIndex(whole, request.StopTokenIds.Contains);
                var expected = stop < 0 ? whole : whole[..(stop + 1)];
                var isCancelled = request.Finished.Result.Reason == FinishReason.Abort;
                request.Tokens.ShouldBe(isCancelled ? expected[..Math.Min(expected.Length - 1, request.Tokens.Count)] : expected);
            }

            test._pool.Used.ShouldBe(0);
        }, iter: 2_000);

    [Fact]
    public void StepsOfOneSequence_RunAhead_ButNotBeyondItsLastToken()
    {
        Serve(Request([1, 2], 10));
        _queue.Enqueued.ShouldBe([(2, 0), (1, 0), .. Enumerable.Repeat((1, 1), 8)]);
    }

    [Fact]
    public void ASequenceThatStops_HasOneRowForNothing()
    {
        var stop = WrittenQueue.Answer([1, 2], 20, Everything)[5];
        var request = Request([1, 2], 20, stop);
        Serve(request);
        request.Tokens.Count.ShouldBe(Array.IndexOf(WrittenQueue.Answer([1, 2], 20, Everything), stop) + 1);
        _queue.Enqueued.Count.ShouldBe(request.Tokens.Count + 1);
    }

    [Fact]
    public void ARequestThatDraws_IsWaitedFor()
    {
        var request = Request([1, 2], 10, kind: Kind.Draws);
        Serve(request);
        request.Tokens.ShouldBe(WrittenQueue.Answer([1, 2], 10, Everything));
        _queue.Enqueued.ShouldBe([(2, 0), .. Enumerable.Repeat((1, 0), 9)]);
    }

    [Fact]
    public void RequestsThatDrawFromAll_HaveEachItsOwnLogits()
    {
        var (one, greedy, other) = (Request([1, 2], 10, kind: Kind.DrawsFromAll), Request([1], 10), Request([2, 2, 1], 10, kind: Kind.DrawsFromAll));
        Serve(one, greedy, other);
        one.Tokens.ShouldBe(WrittenQueue.Answer([1, 2], 10, Everything));
        greedy.Tokens.ShouldBe(WrittenQueue.Answer([1], 10, Everything));
        other.Tokens.ShouldBe(WrittenQueue.Answer([2, 2, 1], 10, Everything));
    }

    [Fact]
    public void ARequestForLogprobs_HasThem_AndTheOthersTakeTheShortWayWithIt()
    {
        var (asks, other) = (Request([1, 2], 10, kind: Kind.WithLogprobs), Request([2, 1], 10));
        Serve(asks, other);
        asks.Logprobs.ShouldAllBe(logprobs => logprobs != null && logprobs.Ids.Count == 1);
        other.Tokens.ShouldBe(WrittenQueue.Answer([2, 1], 10, Everything));
        _queue.Enqueued.ShouldBe([(4, 0), .. Enumerable.Repeat((2, 0), 9)]);
    }

    [Fact]
    public void ARequestForLogits_IsToldThemBetweenItsPromptAndEachToken()
    {
        var request = new RecordingRequest
        {
            PromptIds = [1, 2], Sampling = new SamplingParameters(), MaxNewTokens = 2, StopTokenIds = new HashSet<int>(), AsksForLogits = true,
        };
        Serve(request);
        request.Tokens.ShouldBe(WrittenQueue.Answer([1, 2], 2, Everything));
        request.Told.ShouldBe(["OnPrefilled", "OnLogits", "OnToken", "OnLogits", "OnToken"]);
    }

    [Fact]
    public void APromptThatIsScored_TakesTheLongWay_AndItsAnswerTheShortOne()
    {
        var request = Request([1, 2], 10, kind: Kind.Scored);
        Serve(request);
        request.Tokens.ShouldBe(WrittenQueue.Answer([1, 2], 10, Everything));
        _queue.Enqueued.ShouldBe([(1, 0), .. Enumerable.Repeat((1, 1), 8)]);
    }

    [Fact]
    public void ANewcomer_HasItsPartInTheStepAfterTheOneThatIsUnderWay()
    {
        _scheduler.Enqueue(Request([1, 2], 20));
        Step();
        Step();
        var late = Request([2, 2], 5);
        _scheduler.Enqueue(late);
        Step();
        late.Tokens.ShouldBeEmpty();
        Step();
        late.Tokens.Count.ShouldBe(1);
    }

    [Fact]
    public void APlaceThatHasJustBecomeFree_IsNotRunPast()
    {
        Serve(Request([1, 2], 6), Request([2, 1], 12));

        // The shorter one leaves with its fifth step. The next one is the first of its size, the one after that waits for who may come, and then there is none.
        _queue.Enqueued.ShouldBe([(4, 0), (2, 0), .. Enumerable.Repeat((2, 2), 4), (1, 0), (1, 0), .. Enumerable.Repeat((1, 1), 4)]);
    }

    [Fact]
    public async Task ACancelledRequest_TakesNoMoreTokens_AndTheOthersGoOn()
    {
        using var cancellation = new CancellationTokenSource();
        var (cancelled, other) = (Request([1, 2], 20, cancellationToken: cancellation.Token), Request([2, 1], 20));
        _scheduler.Enqueue(cancelled);
        _scheduler.Enqueue(other);
        Enumerable.Range(0, 6).ToList().ForEach(_ => Step());
        var before = cancelled.Tokens.Count;
        cancellation.Cancel();
        Serve();
        cancelled.Tokens.Count.ShouldBe(before);
        (await cancelled.Finished).Reason.ShouldBe(FinishReason.Abort);
        other.Tokens.ShouldBe(WrittenQueue.Answer([2, 1], 20, Everything));
    }

    private static RecordingRequest Request(
        int[] prompt, int maxNewTokens, int stop = -1, Kind kind = Kind.Greedy, CancellationToken cancellationToken = default) => new()
    {
        PromptIds = prompt,
        Sampling = kind switch
        {
            Kind.Draws => new SamplingParameters { DoSample = true, Temperature = 1, TopK = 2, Seed = 1 },
            Kind.DrawsFromAll => new SamplingParameters { DoSample = true, Temperature = 1, TopK = 0, Seed = 1 },
            Kind.WithLogprobs => new SamplingParameters { Logprobs = 1 },
            _ => new SamplingParameters(),
        },
        MaxNewTokens = maxNewTokens,
        Readouts = kind == Kind.Scored ? [new LikelihoodReadout(prompt, first: 1)] : [],
        StopTokenIds = new HashSet<int> { stop },
        CancellationToken = cancellationToken,
    };

    private void Serve(params RecordingRequest[] requests)
    {
        Array.ForEach(requests, _scheduler.Enqueue);
        while (_scheduler.HasWork)
        {
            Step();
        }
    }

    /// <summary>As the engine does it; steps that are not for the lookahead are computed at once.</summary>
    private void Step()
    {
        var step = _lookahead.TakeUp();
        step = step.Count > 0 ? step : _scheduler.Next();
        if (step.Count == 0 || _lookahead.TryRun(step))
        {
            return;
        }

        foreach (var scheduled in step)
        {
            var next = _queue.Compute(scheduled.Slice);
            var reachesEnd = scheduled.ReachesEnd;
            _scheduler.Advance(scheduled);
            if (reachesEnd)
            {
                scheduled.Sequence.Start();
                _scheduler.Accept(scheduled.Sequence, new SampledToken(next, null));
            }
        }
    }
}
