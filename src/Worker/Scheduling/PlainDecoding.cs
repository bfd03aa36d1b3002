using LmDeploy.Worker.Kernels;
using LmDeploy.Worker.Models;
using LmDeploy.Worker.Sampling;
using LmDeploy.Worker.Steps;

namespace LmDeploy.Worker.Scheduling;

/// <summary>
/// The short way of steps in which every sequence decodes and its next token is among the most probable ones. Where all of them take the most probable one, the
/// next step is enqueued before the tokens of this one are on the host: the device goes on while they are handed out. A row of such a step is for nothing when its
/// sequence ended meanwhile; what it wrote is beyond the end of everything that others may share.
/// </summary>
internal sealed class PlainDecoding(IDecodeQueue queue, Scheduler scheduler)
{
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

    /// <returns>False when this step is not made for the short way.</returns>
    public bool TryRun(IReadOnlyList<ScheduledSlice> step)
    {
        if ((_ahead ?? TryEnqueue(step)) is not { } enqueued)
        {
            return false;
        }

        _ahead = null;
        var rows = Enumerable.Range(0, enqueued.Slices.Count).Where(row => IsStanding(enqueued.Slices[row])).ToArray();
        foreach (var row in rows)
        {
            scheduler.Advance(enqueued.Slices[row]);
        }

        _ahead = TryEnqueueNext(enqueued, rows);
        enqueued.Decoded.Wait();
        foreach (var row in rows)
        {
            scheduler.Accept(enqueued.Slices[row].Sequence, Choose(enqueued, row));
        }

        _placeIsFree = Array.Exists(rows, row => !enqueued.Slices[row].Sequence.IsRunning);
        return true;
    }

    private bool IsStanding(ScheduledSlice scheduled) =>
        scheduled.Sequence is { IsRunning: true, IsPrefilled: true } sequence && sequence.Computed == scheduled.Slice.FirstPosition;

    private EnqueuedStep? TryEnqueue(IReadOnlyList<ScheduledSlice> step)
    {
        if (!step.All(scheduled => scheduled.ReachesEnd && scheduled.Sequence.IsPlainlyDecoding(TokenCandidates.Wanted)))
        {
            return null;
        }

        var draws = step.Any(scheduled => !scheduled.Sequence.Request.Sampling.IsPlainArgmax);
        return queue.TryEnqueue(new StepBatch(step.Select(scheduled => scheduled.Slice)), draws) is { } decoded ? new EnqueuedStep(step, decoded) : null;
    }

    /// <summary>Enqueues the step after one that was just enqueued, unless somebody else may have a part in it or it needs what is not there.</summary>
    private EnqueuedStep? TryEnqueueNext(EnqueuedStep enqueued, int[] rows)
    {
        if (_placeIsFree || !scheduler.IsSettled || scheduler.Running != rows.Length || !Array.TrueForAll(rows, row => enqueued.Slices[row].Sequence.Request.Sampling.IsPlainArgmax))
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

    private SampledToken Choose(EnqueuedStep enqueued, int row)
    {
        var sequence = enqueued.Slices[row].Sequence;
        return new SampledToken(sequence.Request.Sampling.IsPlainArgmax ? enqueued.Decoded.MostProbable[row] : Draw(enqueued.Decoded, row, sequence.SamplingRow()), null);
    }

    private int Draw(IDecodedStep decoded, int row, SamplingRow sampling) => decoded.Candidates(row) is { } candidates
        ? TokenSampler.Draw(candidates.Ids, candidates.Logits, sampling)
        : _sampler.Sample(decoded.Logits(row), [sampling])[0].Id;
}
