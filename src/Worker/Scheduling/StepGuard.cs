using LmDeploy.V1;
using LmDeploy.Worker.Native;

namespace LmDeploy.Worker.Scheduling;

/// <summary>
/// Runs steps and settles what goes wrong in them. A step for which memory is short is taken apart: with fewer prompt tokens from then on, and where it has hardly
/// any, without its longest sequence, which fails; the others go on. Any other failure fails the step's sequences, and one that the CUDA context does
/// not survive ends the process.
/// </summary>
/// <remarks>libtorch has given back all that its allocator kept before it says that memory is short, so that there is nothing to release here.</remarks>
internal sealed class StepGuard(Scheduler scheduler, Action<IReadOnlyList<ScheduledSlice>> run)
{
    /// <summary>A step with fewer prompt tokens is not made smaller: what it lacks memory for is something else.</summary>
    private const int SmallestPrefill = 64;

    public void Run(IReadOnlyList<ScheduledSlice> step)
    {
        try
        {
            run(step);
        }
        catch (Exception e) when (StepFailure.IsOutOfMemory(e))
        {
            TakeApart(step, e);
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"The step failed: {e}");
            if (StepFailure.IsBeyondRepair(e))
            {
                // Every later call in this context would fail too: another process can go on, this one cannot.
                LibC.ExitNow(Protocol.ExitCudaError);
            }

            foreach (var sequence in Running(step))
            {
                scheduler.Finish(sequence, FinishReason.Error, StepFailure.AsError(e));
            }
        }
    }

    private void TakeApart(IReadOnlyList<ScheduledSlice> step, Exception exception)
    {
        var promptTokens = step.Where(scheduled => scheduled.Slice.Count > 1).Sum(scheduled => scheduled.Slice.Count);
        if (promptTokens > SmallestPrefill)
        {
            Console.Error.WriteLine($"Memory was short for a step with {promptTokens} prompt tokens; steps take {promptTokens / 2} of them from now on: {exception.Message}");
            scheduler.LimitPrefill(promptTokens / 2);
        }
        else if (Running(step).MaxBy(sequence => sequence.Tokens.Count) is { } longest)
        {
            Console.Error.WriteLine($"Memory was short for a step of {step.Count} sequences; the longest one, of {longest.Tokens.Count} tokens, fails: {exception.Message}");
            scheduler.Finish(longest, FinishReason.Error, StepFailure.AsError(exception));
        }

        scheduler.Preempt(step.Where(IsTouched).Select(scheduled => scheduled.Sequence).Where(scheduler.IsRunning));
    }

    /// <summary>Whether the step may have left something with a sequence; one that decodes and did not come forward is as it was.</summary>
    private static bool IsTouched(ScheduledSlice scheduled) => !scheduled.Sequence.IsStarted || scheduled.Sequence.Computed != scheduled.Slice.FirstPosition;

    private IReadOnlyList<Sequence> Running(IReadOnlyList<ScheduledSlice> step) => [.. step.Select(scheduled => scheduled.Sequence).Where(scheduler.IsRunning)];
}
