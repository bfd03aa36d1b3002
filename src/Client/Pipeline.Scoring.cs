using LmDeploy.Collections;
using LmDeploy.Prompting;
using LmDeploy.Validation;

namespace LmDeploy;

public sealed partial class Pipeline
{
    /// <summary>The mean negative log-likelihood, in nats, of a sequence's tokens but the first. Its exponential is the perplexity.</summary>
    /// <param name="inputIds">Token ids, more than one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The input has fewer than two tokens.</exception>
    /// <exception cref="LmDeployException">The input cannot be scored.</exception>
    public double GetPpl(IReadOnlyList<int> inputIds, CancellationToken cancellationToken = default)
        => GetPplAsync(inputIds, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The mean negative log-likelihood, in nats, of each sequence's tokens but the first, in the inputs' order.</summary>
    /// <param name="inputIds">Token ids, more than one each.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">An input is null or has fewer than two tokens.</exception>
    /// <exception cref="LmDeployException">An input cannot be scored.</exception>
    public IReadOnlyList<double> GetPpl(IReadOnlyList<IReadOnlyList<int>> inputIds, CancellationToken cancellationToken = default)
        => GetPplAsync(inputIds, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="GetPpl(IReadOnlyList{int}, CancellationToken)"/>
    public async Task<double> GetPplAsync(IReadOnlyList<int> inputIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputIds);
        return (await GetPplAsync([inputIds], cancellationToken).ConfigureAwait(false))[0];
    }

    /// <inheritdoc cref="GetPpl(IReadOnlyList{IReadOnlyList{int}}, CancellationToken)"/>
    public async Task<IReadOnlyList<double>> GetPplAsync(IReadOnlyList<IReadOnlyList<int>> inputIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputIds);
        for (var i = 0; i < inputIds.Count; i++)
        {
            if (inputIds[i] is null or { Count: < 2 })
            {
                throw new ArgumentException($"Input {i} must have more than one token, got {inputIds[i]?.Count ?? 0}.", nameof(inputIds));
            }
        }

        var scores = await ScoreAsync(inputIds.Select(ids => new ScoreInput(Prompt.FromTokenIds(ids))), cancellationToken).ConfigureAwait(false);
        return [.. scores.Select((score, i) => score.ErrorCode is null
            ? -score.Sum / score.Logprobs.Count
            : throw new LmDeployException(score.ErrorCode, $"Input {i}: {score.ErrorMessage}"))];
    }

    /// <summary>
    /// The log-probabilities of one continuation after its prompt; the tokens of a text are found as <see cref="Continuation.FromText"/> says.
    /// </summary>
    /// <exception cref="LmDeployException">The input cannot be scored.</exception>
    public ScoreResult Score(Prompt prompt, Continuation continuation, CancellationToken cancellationToken = default)
        => ScoreAsync(prompt, continuation, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The log-probabilities of each input's tokens, in the inputs' order. An input that cannot be scored carries its error.</summary>
    public IReadOnlyList<ScoreResult> Score(IEnumerable<ScoreInput> inputs, CancellationToken cancellationToken = default)
        => ScoreAsync(inputs, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="Score(Prompt, Continuation, CancellationToken)"/>
    public async Task<ScoreResult> ScoreAsync(Prompt prompt, Continuation continuation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        var results = await ScoreAsync([new ScoreInput(prompt, continuation)], cancellationToken).ConfigureAwait(false);
        return results[0].ErrorCode is { } code ? throw new LmDeployException(code, results[0].ErrorMessage ?? "") : results[0];
    }

    /// <inheritdoc cref="Score(IEnumerable{ScoreInput}, CancellationToken)"/>
    public async Task<IReadOnlyList<ScoreResult>> ScoreAsync(IEnumerable<ScoreInput> inputs, CancellationToken cancellationToken = default)
    {
        return await ForEachAsync(
            Values.Of(inputs, nameof(inputs)),
            input => input.Prompt.Problem() ?? input.Continuation?.Problem(),
            (code, message) => new ScoreResult { ErrorCode = code, ErrorMessage = message },
            async sendable =>
            {
                var request = new V1.LogLikelihoodRequest { Key = _calls.Key, Inputs = { sendable.Select(ToWire) } };
                var response = await _calls.RunAsync((client, options) => client.LogLikelihoodAsync(request, options), cancellationToken).ConfigureAwait(false);
                return response.Results.Select(result => ScoreResult.FromWire(result.Continuations.Single()));
            }).ConfigureAwait(false);
    }

    private static V1.LogLikelihoodInput ToWire(ScoreInput input) => new()
    {
        Prompt = input.Prompt.ToWire(),
        Continuations = { input.Continuation is { } continuation ? [continuation.ToWire()] : Array.Empty<V1.Continuation>() },
    };
}
