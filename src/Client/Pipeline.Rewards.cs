using LmDeploy.Collections;
using LmDeploy.Prompting;

namespace LmDeploy;

public sealed partial class Pipeline
{
    /// <summary>A reward model's score of a sequence: what its score layers make of the last position.</summary>
    /// <param name="inputIds">Token ids, at least one and at most the context's length.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The score; higher is better, and it has no unit.</returns>
    /// <exception cref="LmDeployException">
    /// <c>unsupported_feature</c> when the model is no reward model, <c>invalid_request</c> or <c>context_length_exceeded</c> when the input cannot be scored.
    /// </exception>
    public double GetRewardScore(IReadOnlyList<int> inputIds, CancellationToken cancellationToken = default)
        => GetRewardScoreAsync(inputIds, cancellationToken).GetAwaiter().GetResult();

    /// <summary>A reward model's scores of sequences, in their order.</summary>
    /// <param name="inputIds">Token ids of each sequence, at least one and at most the context's length.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <inheritdoc cref="GetRewardScore(IReadOnlyList{int}, CancellationToken)"/>
    public IReadOnlyList<double> GetRewardScore(IReadOnlyList<IReadOnlyList<int>> inputIds, CancellationToken cancellationToken = default)
        => GetRewardScoreAsync(inputIds, cancellationToken).GetAwaiter().GetResult();

    /// <summary>
    /// A reward model's scores of prompts, in their order. A conversation that ends with the answer to be scored is to have
    /// <see cref="Prompt.AddGenerationPrompt"/> set to false. A prompt that cannot be scored carries its error.
    /// </summary>
    /// <param name="prompts">Texts, conversations or token ids; none gives no scores.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LmDeployException">The call as a whole failed.</exception>
    public IReadOnlyList<RewardScore> GetRewardScore(Prompts prompts, CancellationToken cancellationToken = default)
        => GetRewardScoreAsync(prompts, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="GetRewardScore(IReadOnlyList{int}, CancellationToken)"/>
    public async Task<double> GetRewardScoreAsync(IReadOnlyList<int> inputIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputIds);
        return (await GetRewardScoreAsync([inputIds], cancellationToken).ConfigureAwait(false))[0];
    }

    /// <inheritdoc cref="GetRewardScore(IReadOnlyList{IReadOnlyList{int}}, CancellationToken)"/>
    public async Task<IReadOnlyList<double>> GetRewardScoreAsync(IReadOnlyList<IReadOnlyList<int>> inputIds, CancellationToken cancellationToken = default)
    {
        var prompts = Prompts.From(Values.Of(inputIds, nameof(inputIds)).Select(Prompt.FromTokenIds));
        var scores = await GetRewardScoreAsync(prompts, cancellationToken).ConfigureAwait(false);
        return
        [
            .. scores.Select(
                (score, i) => score.ErrorCode is null ? score.Score : throw new LmDeployException(score.ErrorCode, $"Input {i}: {score.ErrorMessage}")),
        ];
    }

    /// <inheritdoc cref="GetRewardScore(Prompts, CancellationToken)"/>
    public async Task<IReadOnlyList<RewardScore>> GetRewardScoreAsync(Prompts prompts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        return await ForEachAsync(
            prompts,
            prompt => prompt.Problem(),
            (code, message) => new RewardScore { ErrorCode = code, ErrorMessage = message },
            async sendable =>
            {
                var request = new V1.RewardScoreRequest { Key = _calls.Key, Prompts = { sendable.Select(prompt => prompt.ToWire()) } };
                var response = await _calls.RunAsync((client, options) => client.RewardScoreAsync(request, options), cancellationToken).ConfigureAwait(false);
                return response.Results.Select(RewardScore.FromWire);
            }).ConfigureAwait(false);
    }
}
