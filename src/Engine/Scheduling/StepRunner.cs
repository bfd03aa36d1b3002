using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Sampling;
using LmDeploy.Engine.StepInput;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Scheduling;

/// <summary>Runs a scheduled step: forward pass, prompt readouts, sampling.</summary>
internal sealed class StepRunner(LoadedModel model, Scheduler scheduler, FlightRecord? flight)
{
    private readonly TokenSampler _sampler = new();
    private readonly LookaheadSteps? _lookahead = model.Decoder.UsesKernels ? new LookaheadSteps(model, scheduler) : null;

    /// <summary>The step to run next: the one that lookahead has enqueued already, or the scheduler's next one.</summary>
    /// <returns>Empty when there is no work.</returns>
    public IReadOnlyList<ScheduledSlice> Next() => _lookahead?.TakeUp() is { Count: > 0 } ahead ? ahead : scheduler.Next();

    public void Run(IReadOnlyList<ScheduledSlice> step)
    {
        using var scope = torch.NewDisposeScope();
        if (_lookahead?.TryRun(step) == true)
        {
            return;
        }

        var hidden = model.Decoder.Forward(new StepBatch(step.Select(scheduled => scheduled.Slice)), model.Cache, flight);
        var ends = new List<(Sequence Sequence, long Row)>();
        var row = 0;
        foreach (var scheduled in step)
        {
            ReadOut(scheduled, hidden, row);
            row += scheduled.Slice.Count;
            scheduler.Advance(scheduled);
            if (scheduled.ReachesEnd)
            {
                ends.Add((scheduled.Sequence, row - 1));
            }
        }

        ends.ForEach(end => end.Sequence.Start());
        ends.RemoveAll(end => FinishScored(end.Sequence));
        if (ends.Count > 0)
        {
            Choose(ends, model.Decoder.Logits(hidden.index_select(0, torch.tensor(ends.Select(end => end.Row).ToArray()).to(hidden.device))));
        }
    }

    private bool FinishScored(Sequence sequence)
    {
        if (sequence.Request.MaxNewTokens > 0)
        {
            return false;
        }

        scheduler.Finish(sequence, FinishReason.Length);
        return true;
    }

    private void Choose(List<(Sequence Sequence, long Row)> ends, torch.Tensor logits)
    {
        // Sample before reporting anything, so that a step that runs out of memory here can be retried.
        var tokens = _sampler.Sample(logits, ends.ConvertAll(end => end.Sequence.SamplingRow()));
        for (var i = 0; i < tokens.Count; i++)
        {
            if (ends[i].Sequence.Request.WantsLogits)
            {
                using var row = logits.narrow(0, i, 1).to(torch.CPU).contiguous();
                ends[i].Sequence.Request.OnLogits(row.bytes);
            }

            scheduler.Accept(ends[i].Sequence, tokens[i]);
        }
    }

    private void ReadOut(ScheduledSlice scheduled, torch.Tensor hidden, int firstRow)
    {
        var (sequence, slice) = scheduled;
        foreach (var readout in sequence.IsStarted ? [] : sequence.Request.Readouts)
        {
            var first = Math.Max(slice.FirstPosition, readout.From);
            var end = Math.Min(slice.Length, readout.End);
            if (first < end)
            {
                using var scope = torch.NewDisposeScope();
                flight?.Advance();
                readout.Read(model.Decoder, hidden.narrow(0, firstRow + first - slice.FirstPosition, end - first), first);
            }
        }
    }
}
