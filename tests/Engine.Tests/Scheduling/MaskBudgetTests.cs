using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Sampling;
using LmDeploy.Engine.Scheduling;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Scheduling;

/// <summary>Answers whose allowed tokens take long to find, beside others.</summary>
public sealed class MaskBudgetTests
{
    // Some of what a pathological expression takes for one token, and all that a step may take.
    private const long Slow = 16_000_000;
    private const long WorkOfStep = 2_500_000;

    [Fact]
    public void SlowMasks_DoNotHoldUpOthers_AndAreFoundInTurns()
    {
        var pool = new BlockPool(1000);
        var scheduler = new Scheduler(
            pool, new PrefixCache(pool, 4, false), 4, new SchedulerLimits { MaxBatchSize = 100, MaxPrefillTokenNum = 1000, MaxQueueLen = 1000 },
            (_, _, _) => { });
        var (alice, bob) = (new object(), new object());
        var slow = Enumerable.Range(0, 64).Select(_ => new MaskedRequest(alice, Slow)).ToList();
        var quick = new MaskedRequest(bob, 1000);
        var free = new MaskedRequest(bob, 0);
        slow.ForEach(scheduler.Enqueue);
        scheduler.Enqueue(quick);
        scheduler.Enqueue(free);
        for (var step = 0; step < 1000; step++)
        {
            var before = slow.Sum(request => request.Worked) + quick.Worked;
            var tokens = (quick.Tokens, free.Tokens);
            foreach (var slice in scheduler.Next())
            {
                scheduler.Advance(slice);
                slice.Sequence.Start();
                scheduler.Accept(slice.Sequence, new SampledToken(1, null));
            }

            (slow.Sum(request => request.Worked) + quick.Worked - before).ShouldBeLessThanOrEqualTo(WorkOfStep + 2, "the work of a step");
            (quick.Tokens, free.Tokens).ShouldBe((tokens.Item1 + 1, tokens.Item2 + 1), "others go on");
        }

        slow.ShouldAllBe(request => request.Tokens >= 1);
        (slow.Max(request => request.Tokens) - slow.Min(request => request.Tokens)).ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void MaskThatCannotBeFound_EndsItsAnswerAlone()
    {
        var pool = new BlockPool(2000);
        var scheduler = new Scheduler(
            pool, new PrefixCache(pool, 4, false), 4, new SchedulerLimits { MaxBatchSize = 10, MaxPrefillTokenNum = 100, MaxQueueLen = 10 }, (_, _, _) => { });
        var failing = new MaskedRequest(this, 0) { Problem = new Error { Code = ErrorCodes.InvalidRequest } };
        var other = new MaskedRequest(this, 1000);
        scheduler.Enqueue(failing);
        scheduler.Enqueue(other);
        scheduler.Next().ShouldHaveSingleItem().Sequence.Request.ShouldBe(other);
        failing.Finished.ShouldBe((FinishReason.Error, failing.Problem));
        other.Finished.ShouldBeNull();
    }

    /// <summary>A request whose mask takes so much work after each token.</summary>
    private sealed class MaskedRequest : EngineRequest
    {
        private readonly long _work;
        private long _left;

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public MaskedRequest(object caller, long work)
        {
            (_work, _left) = (work, work);
            Origin = new RequestOrigin(caller, 0);
            PromptIds = [1, 2];
            Sampling = new SamplingParameters();
            MaxNewTokens = 2000;
            StopTokenIds = new HashSet<int>();
        }

        public int Tokens { get; private set; }

        public long Worked { get; private set; }

        public Error? Problem { get; init; }

        public (FinishReason, Error?)? Finished { get; private set; }

        public override bool IsRestricted => true;

        public override bool IsOver => Problem is not null;

        public override Error? Failure => Problem;

        public override bool PrepareAllowed(ref long work)
        {
            var done = Math.Clamp(work, 0, _left);
            work -= done;
            _left -= done;
            Worked += done;
            return _left == 0;
        }

        public override void OnPrefilled()
        {
        }

        public override bool OnToken(SampledToken token, bool isStopToken)
        {
            Tokens++;
            _left = _work;
            return false;
        }

        public override void OnFinished(FinishReason reason, Error? error) => Finished = (reason, error);
    }
}
