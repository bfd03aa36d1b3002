using CsCheck;
using LmDeploy.V1;
using LmDeploy.Worker.Cache;
using LmDeploy.Worker.Errors;
using LmDeploy.Worker.Sampling;
using LmDeploy.Worker.Scheduling;
using LmDeploy.Worker.Tests.Engine;

namespace LmDeploy.Worker.Tests.Scheduling;

public sealed class SchedulerTests
{
    private const int BlockSize = 4;
    private const int MostPrefill = 6;
    private const int MostSequences = 3;

    [Fact]
    public void EveryRequestFinishes_InBounds_AndGivesItsBlocksBack() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[1, 10], Gen.Int[0, 40]).Array[1, 12].Sample(shapes =>
        {
            var allocator = new BlockAllocator(17);
            var scheduler = new Scheduler(allocator, BlockSize, MostSequences, MostPrefill);
            var cancellations = shapes.Select(_ => new CancellationTokenSource()).ToList();
            var requests = shapes.Select((shape, i) => RecordingRequest.Greedy(new int[shape.Item1], shape.Item2, cancellations[i].Token)).ToList();
            requests.ForEach(scheduler.Enqueue);
            var firstSteps = new Dictionary<EngineRequest, int>();
            for (var stepNumber = 0; scheduler.HasWork; stepNumber++)
            {
                stepNumber.ShouldBeLessThan(2000, "requests starve");
                for (var i = 0; i < shapes.Length; i++)
                {
                    if (shapes[i].Item3 == stepNumber)
                    {
                        cancellations[i].Cancel();
                    }
                }

                var step = scheduler.Next();
                CheckBounds(step);
                foreach (var scheduled in step)
                {
                    firstSteps.TryAdd(scheduled.Sequence.Request, stepNumber);
                }

                Compute(scheduler, step);
            }

            requests.ShouldAllBe(request => request.Finished.IsCompleted);
            allocator.Used.ShouldBe(0);
            requests.Where(firstSteps.ContainsKey).Select(request => firstSteps[request]).ShouldBeInOrder(SortDirection.Ascending, "requests run in the order they came");
        });

    [Fact]
    public void Enqueue_RefusesWhatCouldNeverFit()
    {
        var scheduler = new Scheduler(new BlockAllocator(3), BlockSize, MostSequences, MostPrefill);
        Should.Throw<EngineException>(() => scheduler.Enqueue(RecordingRequest.Greedy(new int[8], 1))).Code.ShouldBe(ErrorCodes.OutOfMemory);
    }

    [Fact]
    public void Next_LetsRunningSequencesDecode_WhileAnotherPrefills()
    {
        var scheduler = new Scheduler(new BlockAllocator(17), BlockSize, MostSequences, MostPrefill);
        scheduler.Enqueue(RecordingRequest.Greedy([1], 5));
        Compute(scheduler, scheduler.Next());
        scheduler.Enqueue(RecordingRequest.Greedy(new int[10], 5));
        var step = scheduler.Next();
        step.Select(scheduled => scheduled.Slice.Count).ShouldBe([1, MostPrefill]);
    }

    private static void CheckBounds(IReadOnlyList<ScheduledSlice> step)
    {
        step.Count.ShouldBeLessThanOrEqualTo(MostSequences);
        step.Where(scheduled => !scheduled.Sequence.IsPrefilled).Sum(scheduled => scheduled.Slice.Count).ShouldBeLessThanOrEqualTo(MostPrefill);
        var slots = step.SelectMany(scheduled => Enumerable.Range(scheduled.Slice.FirstPosition, scheduled.Slice.Count).Select(scheduled.Slice.Blocks.Slot));
        slots.ShouldBeUnique();
    }

    private static void Compute(Scheduler scheduler, IReadOnlyList<ScheduledSlice> step)
    {
        foreach (var scheduled in step)
        {
            var sequence = scheduled.Sequence;
            var reachesEnd = scheduled.ReachesEnd;
            sequence.Advance(scheduled.Slice);
            if (!reachesEnd)
            {
                continue;
            }

            sequence.Append(0);
            sequence.Request.OnToken(new SampledToken(0, null), isStopToken: false);
            if (sequence.Generated == sequence.Request.MaxNewTokens)
            {
                scheduler.Finish(sequence, FinishReason.Length);
            }
        }
    }
}
