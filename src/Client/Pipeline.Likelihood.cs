using LmDeploy.Collections;
using LmDeploy.Scoring;

namespace LmDeploy;

public sealed partial class Pipeline
{
    /// <summary>
    /// How probable each continuation is after the prompt, as multiple-choice evaluations need it: lm-evaluation-harness's <c>loglikelihood</c>. What the
    /// prompt
    /// takes is computed once where the prefix cache allows.
    /// </summary>
    /// <param name="prompt">What comes before: a text, a conversation or token ids. One without text stands for the token that texts begin with.</param>
    /// <param name="continuations">What may follow, at least one token each; see <see cref="Continuation.FromText"/> for how texts are split into
    /// tokens.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// One result for each continuation, in their order. One that cannot be scored carries its error: <c>invalid_request</c>, <c>context_length_exceeded</c>,
    /// <c>preprocess_failed</c>, or <c>unsupported_feature</c> when the model has no output layer.
    /// </returns>
    /// <exception cref="LmDeployException">The call as a whole failed.</exception>
    public IReadOnlyList<LogLikelihood> GetLogLikelihood(Prompt prompt, IEnumerable<Continuation> continuations, CancellationToken cancellationToken = default)
        => GetLogLikelihoodAsync(prompt, continuations, cancellationToken).GetAwaiter().GetResult();

    /// <summary>How probable each text is after the prompt.</summary>
    /// <inheritdoc cref="GetLogLikelihood(Prompt, IEnumerable{Continuation}, CancellationToken)"/>
    public IReadOnlyList<LogLikelihood> GetLogLikelihood(Prompt prompt, IEnumerable<string> continuations, CancellationToken cancellationToken = default)
        => GetLogLikelihoodAsync(prompt, continuations, cancellationToken).GetAwaiter().GetResult();

    /// <summary>How probable the continuations of many prompts are, which run side by side.</summary>
    /// <param name="inputs">Prompts with their continuations; none gives no results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>For each input, in their order, one result for each of its continuations.</returns>
    /// <inheritdoc cref="GetLogLikelihood(Prompt, IEnumerable{Continuation}, CancellationToken)"/>
    public IReadOnlyList<IReadOnlyList<LogLikelihood>> GetLogLikelihood(IEnumerable<LogLikelihoodInput> inputs, CancellationToken cancellationToken = default)
        => GetLogLikelihoodAsync(inputs, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="GetLogLikelihood(Prompt, IEnumerable{Continuation}, CancellationToken)"/>
    public async Task<IReadOnlyList<LogLikelihood>> GetLogLikelihoodAsync(
        Prompt prompt, IEnumerable<Continuation> continuations, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(continuations);
        return (await GetLogLikelihoodAsync([new LogLikelihoodInput(prompt, [.. continuations])], cancellationToken).ConfigureAwait(false))[0];
    }

    /// <inheritdoc cref="GetLogLikelihood(Prompt, IEnumerable{string}, CancellationToken)"/>
    public Task<IReadOnlyList<LogLikelihood>> GetLogLikelihoodAsync(
        Prompt prompt, IEnumerable<string> continuations, CancellationToken cancellationToken = default)
        => GetLogLikelihoodAsync(prompt, Values.Of(continuations, nameof(continuations)).Select(Continuation.FromText), cancellationToken);

    /// <inheritdoc cref="GetLogLikelihood(IEnumerable{LogLikelihoodInput}, CancellationToken)"/>
    public async Task<IReadOnlyList<IReadOnlyList<LogLikelihood>>> GetLogLikelihoodAsync(
        IEnumerable<LogLikelihoodInput> inputs, CancellationToken cancellationToken = default)
    {
        _calls.ThrowIfEnded();
        var batch = new LogLikelihoodBatch(Values.Of(inputs, nameof(inputs)));
        var request = batch.ToRequest(_calls.Key);
        var response = request.Inputs.Count == 0
            ? new V1.LogLikelihoodResponse()
            : await _calls.RunAsync((client, options) => client.LogLikelihoodAsync(request, options), cancellationToken).ConfigureAwait(false);
        GC.KeepAlive(this);
        return batch.Read(response);
    }
}
