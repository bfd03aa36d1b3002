using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Sampling;
using LmDeploy.Engine.StepInput;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Scheduling;

/// <summary>Carries out a scheduled step: forward pass, what is read of prompts, choice of the next tokens.</summary>
internal sealed class StepRunner(LoadedModel model, Scheduler scheduler, FlightRecord? flight)
{
    private readonly TokenSampler _sampler = new();
    private readonly LookaheadSteps? _lookahead = model.Decoder.UsesKernels ? new LookaheadSteps(model, scheduler) : null;

    /// <summary>The step to run next: what runs ahead of its tokens already, or what the scheduler says.</summary>
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
        // Chosen before anything is handed out: where memory is short for that, the step can be done again.
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
