using CsCheck;
using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Sampling;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Engine.Tests.Golden;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Scheduling;

/// <summary>Steps that run out of memory, as libtorch says it, when they have too many tokens.</summary>
public sealed class StepGuardTests
{
    private const int BlockSize = 16;
    private const int MostPrefill = 512;

    private readonly BlockPool _pool = new(1_000);
    private readonly Scheduler _scheduler;
    private readonly List<int> _sizes = [];
    private readonly StepGuard _guard;
    private Func<IReadOnlyList<ScheduledSlice>, Exception?> _fail = _ => null;
    private int _advancedBeforeFailing;

    public StepGuardTests()
    {
        _scheduler = new Scheduler(
            _pool, new PrefixCache(_pool, BlockSize, isEnabled: true), BlockSize,
            new SchedulerLimits { MaxBatchSize = 8, MaxPrefillTokenNum = MostPrefill }, (_, _, _) => { });
        _guard = new StepGuard(_scheduler, Run);
    }

    [Fact]
    public void AStepThatIsTooLarge_IsMadeSmaller_AndNothingFails()
    {
        _fail = step => Tokens(step) > 130 ? Short() : null;
        var requests = new[] { Request(700, 3), Request(90, 3) };
        Serve(requests);
        requests.ShouldAllBe(request => OutcomeOf(request).Reason == FinishReason.Length && request.Tokens.SequenceEqual(new[] { 0, 1, 2 }));

        // 512, 256, and then no more than 128.
        _sizes.Where(size => size > 130).ShouldBe([513, 257]);
    }

    [Fact]
    public void SequencesThatDecode_TakeTurns_AndNothingFails()
    {
        _fail = step => step.Count > 2 && step.All(scheduled => scheduled.Sequence.Generated > 10) ? Short() : null;
        var requests = Enumerable.Range(3, 5).Select(length => Request(length, 40)).ToArray();
        Serve(requests);
        requests.ShouldAllBe(request => OutcomeOf(request).Reason == FinishReason.Length && request.Tokens.SequenceEqual(Enumerable.Range(0, 40)));

        // Five decode, then two; the three others wait.
        _scheduler.Preemptions.ShouldBe(3);
    }

    [Fact]
    public void ASequenceThatDecodesAlone_Fails()
    {
        _fail = step => step.Any(scheduled => scheduled.Sequence.Tokens.Count > 20) ? Short() : null;
        var requests = new[] { Request(3, 10), Request(5, 40) };
        Serve(requests);
        requests.Select(request => OutcomeOf(request).Reason).ShouldBe([FinishReason.Length, FinishReason.Error]);
        OutcomeOf(requests[1]).Error!.Code.ShouldBe(ErrorCodes.OutOfMemory);
        OutcomeOf(requests[1]).Error!.Message.ShouldBe("CUDA out of memory. Tried to allocate 2.00 GiB.");
    }

    [Fact]
    public void LargeStepsAreTriedAgain_AfterManyThatWentWell()
    {
        var isShort = true;
        _fail = step => isShort && Tokens(step) > 130 ? Short() : null;
        Serve([Request(700, 3)]);
        isShort = false;
        Serve([Request(500, 1)]);
        _sizes[^1].ShouldBeLessThan(130);
        Serve([Request(2, 1_000)]);
        Serve([Request(450, 1)]);
        _sizes[^1].ShouldBeGreaterThan(400);
    }

    [Fact]
    public void ARequestThatNeverFits_FailsByItself()
    {
        _fail = step => step.Any(scheduled => scheduled.Sequence.Request.PromptIds.Length == 30) ? Short() : null;
        var requests = new[] { Request(20, 2), Request(30, 2), Request(25, 2) };
        Serve(requests);
        requests.Select(request => OutcomeOf(request).Reason).ShouldBe([FinishReason.Length, FinishReason.Error, FinishReason.Length]);
    }

    [Fact]
    public void ARequestThatBegins_FailsBeforeLongerOnesThatGoOn()
    {
        var going = Request(400, 30);
        _scheduler.Enqueue(going);
        for (var i = 0; i < 5; i++)
        {
            _guard.Run(_scheduler.Next());
        }

        _fail = step => step.Any(scheduled => scheduled.Sequence.Request.PromptIds.Length == 30) ? Short() : null;
        var beginning = Request(30, 2);
        Serve([beginning]);
        OutcomeOf(beginning).Error!.Code.ShouldBe(ErrorCodes.OutOfMemory);
        going.Tokens.ShouldBe(Enumerable.Range(0, 30));
    }

    [Fact]
    public void WhatCameForwardBeforeMemoryWasShort_IsComputedAgain()
    {
        // The first sequences of the step are advanced when it fails, as they are when logits do not fit.
        _advancedBeforeFailing = 2;
        var failures = 2;
        _fail = step => step.All(scheduled => scheduled.Sequence.Generated > 4) && failures-- > 0 ? Short() : null;
        var requests = new[] { Request(10, 20), Request(11, 20), Request(12, 20), Request(200, 20), Request(14, 20), Request(15, 20) };
        Serve(requests);
        requests.ShouldAllBe(request => OutcomeOf(request).Reason == FinishReason.Length && request.Tokens.SequenceEqual(Enumerable.Range(0, 20)));
        _scheduler.Preemptions.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void AnotherFailure_FailsTheWholeStep()
    {
        _fail = step => step.Count == 2 ? new InvalidOperationException("index out of range") : null;
        var requests = new[] { Request(3, 5), Request(5, 5) };
        Serve(requests);
        requests.ShouldAllBe(request => OutcomeOf(request).Error!.Code == ErrorCodes.InternalError);
    }

    [Fact]
    public void HoweverLittleMemoryThereIs_EveryRequestEnds_AndTakesNothingWithIt() =>
        Gen.Select(Gen.Select(Gen.Int[1, 300], Gen.Int[1, 12]).Array[1, 12], Gen.Int[0, 200], Gen.Int[0, 3]).Sample((shapes, memory, advanced) =>
        {
            var test = new StepGuardTests { _advancedBeforeFailing = advanced };
            test._fail = step => Tokens(step) > memory ? Short() : null;
            var requests = shapes.Select(shape => Request(shape.Item1, shape.Item2)).ToArray();
            test.Serve(requests);
            foreach (var request in requests)
            {
                var (reason, error) = OutcomeOf(request);
                (reason == FinishReason.Length || error!.Code == ErrorCodes.OutOfMemory).ShouldBeTrue();
                request.Tokens.ShouldBe(Enumerable.Range(0, reason == FinishReason.Length ? request.MaxNewTokens : request.Tokens.Count));
            }

            test._pool.Used.ShouldBe(0);
        }, iter: 200);

    private static InvalidOperationException Short() => new("CUDA out of memory. Tried to allocate 2.00 GiB.");

    private static (FinishReason Reason, Error? Error) OutcomeOf(RecordingRequest request) => request.Finished.Result;

    private static int Tokens(IReadOnlyList<ScheduledSlice> step) => step.Sum(scheduled => scheduled.Slice.Count);

    private static RecordingRequest Request(int promptLength, int maxNewTokens) => new()
    {
        PromptIds = [.. Enumerable.Range(0, promptLength).Select(i => (i * promptLength) % 97)],
        Sampling = new SamplingParameters(),
        MaxNewTokens = maxNewTokens,
        StopTokenIds = new HashSet<int>(),
    };

    private void Serve(RecordingRequest[] requests)
    {
        Array.ForEach(requests, _scheduler.Enqueue);
        for (var steps = 0; _scheduler.HasWork; steps++)
        {
            steps.ShouldBeLessThan(5_000, "requests starve");
            _guard.Run(_scheduler.Next());
        }

        requests.ShouldAllBe(request => request.Finished.IsCompleted);
    }

    /// <summary>Chooses the tokens 0, 1, 2... of each request.</summary>
    private void Run(IReadOnlyList<ScheduledSlice> step)
    {
        _sizes.Add(Tokens(step));
        var failure = _fail(step);
        foreach (var scheduled in step.Take(failure is null ? step.Count : _advancedBeforeFailing))
        {
            _scheduler.Advance(scheduled);
            if (scheduled.ReachesEnd)
            {
                scheduled.Sequence.Start();
            }
        }

        if (failure is not null)
        {
            throw failure;
        }

        foreach (var sequence in step.Where(scheduled => scheduled.ReachesEnd).Select(scheduled => scheduled.Sequence))
        {
            var token = sequence.Generated;
            sequence.Append(token);
            sequence.Request.OnToken(new SampledToken(token, null), isStopToken: false);
            if (sequence.Generated >= sequence.Request.MaxNewTokens)
            {
                _scheduler.Finish(sequence, FinishReason.Length);
            }
        }
    }
}
