using LmDeploy.Engine.Native;
using LmDeploy.V1;

namespace LmDeploy.Engine.Scheduling;

/// <summary>
/// Runs steps and handles their failures. A step that runs out of memory is retried as a smaller one: with fewer prompt tokens, with one prompt, with
/// fewer sequences. Where no smaller step is possible, its sequence fails. After many steps without a shortage the limits are lifted. Any other
/// failure fails the step's sequences, and a sticky CUDA error ends the process.
/// </summary>
/// <remarks>libtorch empties its caching allocator before it reports out of memory, so there is nothing to release here.</remarks>
internal sealed class StepGuard(Scheduler scheduler, Action<IReadOnlyList<ScheduledSlice>> run)
{
    /// <summary>A step with fewer prompt tokens is not cut any further: what it lacks memory for is something else.</summary>
    private const int SmallestPrefill = 64;

    /// <summary>The number of steps without a shortage after which larger steps are tried again.</summary>
    private const int LongEnough = 1000;

    private int? _stepsSinceShortage;

    public void Run(IReadOnlyList<ScheduledSlice> step)
    {
        try
        {
            run(step);
            if (++_stepsSinceShortage >= LongEnough)
            {
                _stepsSinceShortage = null;
                scheduler.Unlimit();
            }
        }
        catch (Exception e) when (StepFailure.IsOutOfMemory(e))
        {
            MakeSmaller(step, e);
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"The step failed: {e}");
            if (StepFailure.IsBeyondRepair(e))
            {
                // Every later call in this context would fail too. A replacement process can continue.
                LibC.ExitNow(Protocol.ExitCudaError);
            }

            foreach (var sequence in step.Select(scheduled => scheduled.Sequence).Where(sequence => sequence.IsRunning))
            {
                scheduler.Finish(sequence, FinishReason.Error, StepFailure.AsError(e));
            }
        }
    }

    private void MakeSmaller(IReadOnlyList<ScheduledSlice> step, Exception exception)
    {
        _stepsSinceShortage = 0;
        var prompts = step.Where(scheduled => scheduled.Slice.Count > 1).ToList();
        var promptTokens = prompts.Sum(scheduled => scheduled.Slice.Count);
        Console.Error.WriteLine($"Memory was short for a step of {step.Count} sequences with {promptTokens} prompt tokens: {exception.Message}");
        if (promptTokens > SmallestPrefill)
        {
            scheduler.LimitPrefill(promptTokens / 2);
        }
        else if (prompts.Count > 1)
        {
            scheduler.LimitPrefill(SmallestPrefill, sequences: 1);
        }
        else if (prompts.Count == 0 && step.Count > 1)
        {
            scheduler.LimitBatch(step.Count / 2);
        }
        else if ((prompts.Count == 1 ? prompts[0] : step[0]).Sequence is var culprit && culprit.IsRunning)
        {
            scheduler.Finish(culprit, FinishReason.Error, StepFailure.AsError(exception));
        }

        scheduler.Preempt(step.Where(IsTouched).Select(scheduled => scheduled.Sequence).Where(sequence => sequence.IsRunning));
    }

    /// <summary>Whether the step may have left something with a sequence; one that decodes and did not come forward is as it was.</summary>
    private static bool IsTouched(ScheduledSlice scheduled) => !scheduled.Sequence.IsStarted || scheduled.Sequence.Computed != scheduled.Slice.FirstPosition;
}
