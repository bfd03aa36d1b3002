using System.Runtime.InteropServices;
using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Sampling;
using LmDeploy.Engine.StepInput;

namespace LmDeploy.Engine.Scheduling;

/// <summary>
/// Fast path for steps that only need the next token ids: the host waits once, for the argmax and the largest logits that the device found. Where every
/// sequence is greedy,
/// the next decode step is enqueued before the result of this one is read (one step of lookahead). A row of such a step is discarded when its sequence ended
/// meanwhile;
/// what it wrote is beyond the end of everything that others may share.
/// </summary>
internal sealed class LookaheadSteps(IStepQueue queue, Scheduler scheduler)
{
    /// <summary>Rows whose logits are copied to the host at once: bounds what that takes of the device's memory.</summary>
    private const int MostWholeRows = 64;

    private readonly TokenSampler _sampler = new();
    private EnqueuedStep? _ahead;

    // Whether a sequence ended with the latest step. Its place is often taken at once: who comes would wait for a step more.
    private bool _placeIsFree;

    /// <summary>What is left of the step that was enqueued ahead and has to be run next; empty for none.</summary>
    public IReadOnlyList<ScheduledSlice> TakeUp()
    {
        if (_ahead is null)
        {
            return [];
        }

        scheduler.DropCancelled();
        ScheduledSlice[] left = [.. _ahead.Slices.Where(IsStanding)];
        if (left.Length == 0)
        {
            _ahead = null;
        }

        return left;
    }

    /// <returns>False when a request in this step wants more than next tokens, or the model has no step queue for it.</returns>
    public bool TryRun(IReadOnlyList<ScheduledSlice> step)
    {
        var ahead = _ahead;
        if ((ahead ?? TryEnqueue(step)) is not { } enqueued)
        {
            return false;
        }

        _ahead = null;
        var rows = Enumerable.Range(0, enqueued.Slices.Count).Where(row => ahead is null || IsStanding(enqueued.Slices[row])).ToArray();
        foreach (var row in rows)
        {
            scheduler.Advance(enqueued.Slices[row]);
        }

        _ahead = TryEnqueueNext(enqueued, rows);
        var ends = rows.Where(row => enqueued.Slices[row].ReachesEnd).ToList();
        if (ends.Count > 0)
        {
            enqueued.Outcome.Wait();
        }

        // Chosen before anything is handed out: where memory is short for that, the step can be done again.
        foreach (var (sequence, token, logits) in Choose(enqueued, ends))
        {
            sequence.Start();
            if (logits is not null)
            {
                sequence.Request.OnLogits(logits);
            }

            scheduler.Accept(sequence, token);
        }

        _placeIsFree = Array.Exists(rows, row => !enqueued.Slices[row].Sequence.IsRunning);
        return true;
    }

    private bool IsStanding(ScheduledSlice scheduled) =>
        scheduled.Sequence is { IsRunning: true, IsPrefilled: true } sequence && sequence.Computed == scheduled.Slice.FirstPosition;

    private EnqueuedStep? TryEnqueue(IReadOnlyList<ScheduledSlice> step)
    {
        if (!step.All(scheduled => scheduled.Sequence.WantsTokensAlone))
        {
            return null;
        }

        var withCandidates = step.Any(scheduled => !scheduled.Sequence.TakesMostProbable);
        return queue.TryEnqueue(new StepBatch(step.Select(scheduled => scheduled.Slice)), withCandidates) is { } outcome
            ? new EnqueuedStep(step, outcome)
            : null;
    }

    /// <summary>Enqueues the step after one that was just enqueued, unless somebody else may have a part in it or it needs what is not there.</summary>
    private EnqueuedStep? TryEnqueueNext(EnqueuedStep enqueued, int[] rows)
    {
        if (_placeIsFree
            || !scheduler.IsSettled
            || scheduler.Running != rows.Length
            || !Array.TrueForAll(rows, row => enqueued.Slices[row].Sequence is { IsPrefilled: true, TakesMostProbable: true }))
        {
            return null;
        }

        ScheduledSlice[] next =
        [
            .. from row in rows
               let sequence = enqueued.Slices[row].Sequence
               where sequence.Generated + 1 < sequence.Request.MaxNewTokens
               select new ScheduledSlice(sequence, sequence.After(row)),
        ];
        var batch = new StepBatch(next.Select(scheduled => scheduled.Slice));
        return next.Length > 0 && Array.TrueForAll(next, scheduled => scheduler.TryReserve(scheduled.Sequence, 1)) && queue.IsRecorded(batch)
            ? new EnqueuedStep(next, queue.TryEnqueue(batch, withCandidates: false)!)
            : null;
    }

    /// <returns>The next token of each row, and all its logits as bytes where the request wants them.</returns>
    private List<(Sequence Sequence, SampledToken Token, byte[]? Logits)> Choose(EnqueuedStep step, List<int> rows)
    {
        var chosen = new List<(Sequence, SampledToken, byte[]?)>(rows.Count);
        var whole = new List<(int Place, int Row, SamplingRow Sampling)>();
        foreach (var row in rows)
        {
            var sequence = step.Slices[row].Sequence;
            var sampling = sequence.TakesMostProbable ? null : sequence.SamplingRow();
            var id = sampling is null ? step.Outcome.MostProbable[row] : TryChoose(step.Outcome, row, sequence, sampling);
            if (id is null)
            {
                whole.Add((chosen.Count, row, sampling!));
            }

            chosen.Add((sequence, new SampledToken(id ?? default, null), null));
        }

        foreach (var part in whole.Chunk(MostWholeRows))
        {
            var logits = step.Outcome.Logits([.. part.Select(row => row.Row)]);
            var vocabulary = logits.Length / part.Length;
            var tokens = _sampler.Sample(logits, vocabulary, [.. part.Select(row => row.Sampling)]);
            for (var i = 0; i < part.Length; i++)
            {
                var sequence = chosen[part[i].Place].Item1;
                var own = sequence.Request.WantsLogits ? MemoryMarshal.AsBytes(logits.Slice(i * vocabulary, vocabulary)).ToArray() : null;
                chosen[part[i].Place] = (sequence, tokens[i], own);
            }
        }

        return chosen;
    }

    /// <returns>Null when it takes all logits to choose.</returns>
    private static int? TryChoose(IStepOutcome outcome, int row, Sequence sequence, SamplingRow sampling) =>
        sampling.Parameters.Logprobs is null && !sequence.Request.WantsLogits && outcome.Candidates(row) is { } candidates
            ? CandidateSampler.TryChoose(candidates.Ids, candidates.Logits, sampling)
            : null;
}
