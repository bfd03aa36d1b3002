using LmDeploy.Engine.Errors;
using LmDeploy.Engine.Requests;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Tokenization;
using LmDeploy.V1;

namespace LmDeploy.Engine.Likelihood;

/// <summary>
/// Scores given text: log-probabilities of prompts, or of continuations of prompts. Continuations that differ only in their last token share one
/// prefill. Other continuations of a prompt wait for the first one and reuse its prompt from the prefix cache. Thread-safe.
/// </summary>
/// <param name="shareableFrom">The least number of prompt tokens that the prefix cache can share; null when it shares none.</param>
internal sealed class LikelihoodScorer(
    PromptEncoder encoder, ModelTokenizer tokenizer, EngineThread engine, ModelOutputs outputs, int sessionLen, int? shareableFrom)
{
    /// <exception cref="EngineException"><see cref="ErrorCodes.RequestCancelled"/>.</exception>
    public async Task<LogLikelihoodResult> ScoreAsync(LogLikelihoodInput input, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var scores = Enumerable.Range(0, Math.Max(input.Continuations.Count, 1)).Select(_ => new ContinuationScore()).ToArray();
        try
        {
            outputs.RequireTokens();
            var readouts = input.Continuations.Count == 0
                ? [EncodePrompt(input.Prompt ?? new Prompt(), scores[0], cancellationToken)]
                : Encode(input, scores, cancellationToken);
            var prefills = readouts
                .GroupBy(readout => readout.Prefill, TokenSequences.Equal)
                .Select(group => (Ids: group.Key, Readouts: group.ToList()))
                .ToList();
            var first = prefills.Count > 1 && prefills[0].Readouts[0].Readout.From >= shareableFrom ? 1 : 0;
            await RunAsync(prefills.Take(first));
            await RunAsync(prefills.Skip(first));
        }
        catch (EngineException e) when (e.Code != ErrorCodes.RequestCancelled)
        {
            Array.ForEach(scores, score => score.Error = EngineError.ToError(e));
        }

        return new LogLikelihoodResult { Continuations = { scores } };

        Task RunAsync(IEnumerable<(int[] Ids, List<Scored> Readouts)> prefills) => Task.WhenAll(prefills.Select(prefill => FillAsync(
            PrefillRequest.Create(origin, prefill.Ids, [.. prefill.Readouts.Select(scored => scored.Readout)], cancellationToken), prefill.Readouts)).ToList());
    }

    private Scored EncodePrompt(Prompt prompt, ContinuationScore score, CancellationToken cancellationToken)
    {
        var ids = encoder.EncodeWithin(sessionLen, prompt, cancellationToken).Ids;
        if (ids.Length < 2)
        {
            throw new EngineException(ErrorCodes.InvalidRequest, $"At least 2 tokens are needed to score a prompt, got {ids.Length}.", "prompt");
        }

        return ids.Length <= sessionLen
            ? new Scored(ids, new LikelihoodReadout(ids, first: 1), score)
            : throw new EngineException(
                ErrorCodes.ContextLengthExceeded, $"Input length ({ids.Length}) must be at most the model context length ({sessionLen}).");
    }

    private List<Scored> Encode(LogLikelihoodInput input, ContinuationScore[] scores, CancellationToken cancellationToken)
    {
        var continuations = new ContinuationEncoder(encoder, tokenizer, sessionLen, input.Prompt ?? new Prompt(), cancellationToken);
        var readouts = new List<Scored>();
        for (var i = 0; i < scores.Length; i++)
        {
            try
            {
                var (ids, first) = continuations.Encode(input.Continuations[i]);
                readouts.Add(ids.Length - 1 <= sessionLen
                    ? new Scored(ids[..^1], new LikelihoodReadout(ids, first), scores[i])
                    : throw new EngineException(
                        ErrorCodes.ContextLengthExceeded,
                        $"Input length ({ids.Length}) must be at most one more than the model context length ({sessionLen})."));
            }
            catch (EngineException e)
            {
                scores[i].Error = EngineError.ToError(e);
            }
        }

        return readouts;
    }

    private async Task FillAsync(PrefillRequest request, List<Scored> readouts)
    {
        try
        {
            engine.Submit(request);
            await request.Done.ConfigureAwait(false);
            foreach (var (_, readout, score) in readouts)
            {
                score.TokenIds.AddRange(readout.TokenIds.ToArray());
                score.Logprobs.AddRange(readout.Logprobs);
                score.IsGreedy = readout.IsGreedy;
                score.CachedTokens = request.CachedTokens;
            }
        }
        catch (EngineException e) when (e.Code != ErrorCodes.RequestCancelled)
        {
            readouts.ForEach(scored => scored.Score.Error = EngineError.ToError(e));
        }
    }

    /// <summary>A prompt or a continuation that is being scored.</summary>
    /// <param name="Prefill">The tokens that are prefilled: all, or all but the last one, which has no successor to predict.</param>
    private sealed record Scored(int[] Prefill, LikelihoodReadout Readout, ContinuationScore Score);
}
