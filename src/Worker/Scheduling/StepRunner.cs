using System.Runtime.InteropServices;
using LmDeploy.V1;
using LmDeploy.Worker.Kernels;
using LmDeploy.Worker.Models;
using LmDeploy.Worker.Models.Cuda;
using LmDeploy.Worker.Sampling;
using LmDeploy.Worker.Steps;
using TorchSharp;

namespace LmDeploy.Worker.Scheduling;

/// <summary>Carries out a scheduled step: forward pass, log-probabilities of the prompt, choice of the next tokens.</summary>
internal sealed class StepRunner(LoadedModel model, Scheduler scheduler, FlightRecord? flight)
{
    /// <summary>Rows of logits made at once for prompt log-probabilities; bounds memory with large vocabularies.</summary>
    private const int LogitRows = 256;

    private readonly TokenSampler _sampler = new();

    public void Run(IReadOnlyList<ScheduledSlice> step)
    {
        using var scope = torch.NewDisposeScope();
        var batch = new StepBatch(step.Select(scheduled => scheduled.Slice));
        if (TryDecodePlainly(step, batch))
        {
            return;
        }

        var hidden = model.Decoder.Forward(batch, model.Cache, flight);
        var ends = new List<(Sequence Sequence, long Row)>();
        var row = 0;
        foreach (var scheduled in step)
        {
            ScorePrompt(scheduled, hidden, row);
            ReadOut(scheduled, hidden, row);
            row += scheduled.Slice.Count;
            scheduler.Advance(scheduled);
            if (scheduled.ReachesEnd)
            {
                ends.Add((scheduled.Sequence, row - 1));
            }
        }

        foreach (var (sequence, _) in ends.Where(end => !end.Sequence.IsStarted))
        {
            sequence.IsStarted = true;
            sequence.Request.OnPrefilled(sequence.PromptLogprobs);
        }

        ends.RemoveAll(end => FinishScored(end.Sequence));
        if (ends.Count > 0)
        {
            Choose(ends, model.Decoder.Logits(hidden.index_select(0, torch.tensor(ends.Select(end => end.Row).ToArray()).to(hidden.device))));
        }
    }

    /// <summary>The short way of steps in which every sequence decodes, and its next token is among the most probable ones.</summary>
    private bool TryDecodePlainly(IReadOnlyList<ScheduledSlice> step, StepBatch batch)
    {
        if (!model.Decoder.UsesKernels || !step.All(scheduled => scheduled.ReachesEnd && scheduled.Sequence.IsPlainlyDecoding(TokenCandidates.Wanted)))
        {
            return false;
        }

        var draws = step.Any(scheduled => !scheduled.Sequence.Request.Sampling.IsPlainArgmax);
        var decoded = model.Decoder.TryDecode(batch, model.Cache, draws, () =>
        {
            foreach (var scheduled in step)
            {
                scheduler.Advance(scheduled);
            }
        });
        for (var i = 0; i < decoded.MostProbable.Length; i++)
        {
            var sequence = step[i].Sequence;
            Accept(sequence, sequence.Request.Sampling.IsPlainArgmax ? new SampledToken(decoded.MostProbable[i], null) : Draw(decoded, i, Row(sequence)));
        }

        return !decoded.IsEmpty;
    }

    private SampledToken Draw(DecodedStep decoded, int row, SamplingRow sampling) => decoded.Candidates(row) is { } candidates
        ? new SampledToken(TokenSampler.Draw(candidates.Ids, candidates.Logits, sampling), null)
        : _sampler.Sample(decoded.Logits(row), [sampling])[0];

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
        var tokens = _sampler.Sample(logits, ends.ConvertAll(end => Row(end.Sequence)));
        for (var i = 0; i < tokens.Count; i++)
        {
            if (ends[i].Sequence.Request.WantsLogits)
            {
                using var row = logits.narrow(0, i, 1).to(torch.CPU).contiguous();
                ends[i].Sequence.Request.OnLogits(row.bytes);
            }

            Accept(ends[i].Sequence, tokens[i]);
        }
    }

    private static SamplingRow Row(Sequence sequence)
    {
        var request = sequence.Request;
        return new SamplingRow(request.Sampling, sequence.Tokens, request.PromptIds.Length)
        {
            Forbidden = sequence.Generated < request.Sampling.MinNewTokens ? [.. request.BadTokenIds, .. request.StopTokenIds] : request.BadTokenIds,
            Allowed = request.Allowed,
            Rejects = request.Rejects is { } rejects ? id => rejects(sequence.Tokens.Skip(request.PromptIds.Length), id) : null,
        };
    }

    private void Accept(Sequence sequence, SampledToken token)
    {
        var request = sequence.Request;
        sequence.Append(token.Id);
        var isStopToken = request.StopTokenIds.Contains(token.Id);
        if (request.OnToken(token, isStopToken) || isStopToken)
        {
            scheduler.Finish(sequence, request.Failure is null ? FinishReason.Stop : FinishReason.Error, request.Failure);
        }
        else if (sequence.Generated >= request.MaxNewTokens)
        {
            scheduler.Finish(sequence, FinishReason.Length);
        }
    }

    /// <summary>Each row gives the log-probability of the token after it, where that is a prompt token which is asked for.</summary>
    private void ScorePrompt(ScheduledSlice scheduled, torch.Tensor hidden, int firstRow)
    {
        var (sequence, slice) = scheduled;
        if (sequence.IsStarted || sequence.Request.PromptLogprobsFrom is not { } from)
        {
            return;
        }

        var prompt = sequence.Request.PromptIds;
        var first = Math.Max(slice.FirstPosition, from - 1);
        var end = Math.Min(slice.Length, prompt.Length - 1);
        for (var start = first; start < end; start += LogitRows)
        {
            using var scope = torch.NewDisposeScope();
            flight?.Advance();
            var count = Math.Min(LogitRows, end - start);
            var targets = torch.tensor(prompt.Skip(start + 1).Take(count).Select(id => (long)id).ToArray()).to(hidden.device).unsqueeze(1);
            var logits = model.Decoder.Logits(hidden.narrow(0, firstRow + start - slice.FirstPosition, count));
            var chosen = torch.nn.functional.log_softmax(logits, 1).gather(1, targets).squeeze(1).to(torch.CPU).contiguous();
            sequence.PromptLogprobs.AddRange(MemoryMarshal.Cast<byte, float>(chosen.bytes));
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
