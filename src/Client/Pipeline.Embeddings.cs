using LmDeploy.Collections;
using LmDeploy.Prompting;

namespace LmDeploy;

public sealed partial class Pipeline
{
    /// <summary>How many prompts one call has, which bounds the size of its answer.</summary>
    private const int EmbeddingsAtOnce = 1024;

    /// <summary>
    /// Vectors of texts, made of the hidden states after the model's last norm. Texts are taken as they are, with the tokenizer's special tokens and without
    /// the chat template.
    /// </summary>
    /// <param name="texts">The texts; none gives no vectors.</param>
    /// <param name="options">How. Default: <see cref="EmbeddingOptions"/>'s defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// One embedding for each text, in their order. One that cannot be made carries its error: <c>invalid_request</c>, <c>context_length_exceeded</c> (nothing
    /// is cut off), or
    /// <c>unsupported_feature</c> when the model folder asks for a pooling or a module that is not supported.
    /// </returns>
    /// <exception cref="LmDeployException">The call as a whole failed.</exception>
    public IReadOnlyList<TextEmbedding> GetEmbeddings(
        IEnumerable<string> texts, EmbeddingOptions? options = null, CancellationToken cancellationToken = default)
        => GetEmbeddingsAsync(texts, options, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Vectors of sequences of token ids.</summary>
    /// <param name="inputIds">Token ids, at least one each, taken as they are.</param>
    /// <param name="options">How. Default: <see cref="EmbeddingOptions"/>'s defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <inheritdoc cref="GetEmbeddings(IEnumerable{string}, EmbeddingOptions?, CancellationToken)"/>
    public IReadOnlyList<TextEmbedding> GetEmbeddings(
        IEnumerable<IReadOnlyList<int>> inputIds, EmbeddingOptions? options = null, CancellationToken cancellationToken = default)
        => GetEmbeddingsAsync(inputIds, options, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Vectors of prompts, which are rendered and encoded as they would be to be answered.</summary>
    /// <param name="prompts">Texts, conversations or token ids.</param>
    /// <param name="options">How. Default: <see cref="EmbeddingOptions"/>'s defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <inheritdoc cref="GetEmbeddings(IEnumerable{string}, EmbeddingOptions?, CancellationToken)"/>
    public IReadOnlyList<TextEmbedding> GetEmbeddings(
        IEnumerable<Prompt> prompts, EmbeddingOptions? options = null, CancellationToken cancellationToken = default)
        => GetEmbeddingsAsync(prompts, options, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="GetEmbeddings(IEnumerable{string}, EmbeddingOptions?, CancellationToken)"/>
    public Task<IReadOnlyList<TextEmbedding>> GetEmbeddingsAsync(
        IEnumerable<string> texts, EmbeddingOptions? options = null, CancellationToken cancellationToken = default)
    {
        return GetEmbeddingsAsync(Values.Of(texts, nameof(texts)).Select(text => Prompt.FromText(text, raw: true)), options, cancellationToken);
    }

    /// <inheritdoc cref="GetEmbeddings(IEnumerable{IReadOnlyList{int}}, EmbeddingOptions?, CancellationToken)"/>
    public Task<IReadOnlyList<TextEmbedding>> GetEmbeddingsAsync(
        IEnumerable<IReadOnlyList<int>> inputIds, EmbeddingOptions? options = null, CancellationToken cancellationToken = default)
    {
        return GetEmbeddingsAsync(Values.Of(inputIds, nameof(inputIds)).Select(Prompt.FromTokenIds), options, cancellationToken);
    }

    /// <inheritdoc cref="GetEmbeddings(IEnumerable{Prompt}, EmbeddingOptions?, CancellationToken)"/>
    public async Task<IReadOnlyList<TextEmbedding>> GetEmbeddingsAsync(
        IEnumerable<Prompt> prompts, EmbeddingOptions? options = null, CancellationToken cancellationToken = default)
    {
        return await ForEachAsync(
            Values.Of(prompts, nameof(prompts)),
            prompt => prompt.Problem(),
            (code, message) => new TextEmbedding { ErrorCode = code, ErrorMessage = message },
            async sendable =>
            {
                var embeddings = new List<TextEmbedding>();
                foreach (var chunk in sendable.Chunk(EmbeddingsAtOnce))
                {
                    var request = new V1.EmbedRequest
                    {
                        Key = _calls.Key,
                        Prompts = { chunk.Select(prompt => prompt.ToWire()) },
                        Options = (options ?? new EmbeddingOptions()).ToWire(),
                    };
                    var response = await _calls.RunAsync((client, call) => client.EmbedAsync(request, call), cancellationToken).ConfigureAwait(false);
                    embeddings.AddRange(response.Results.Select(TextEmbedding.FromWire));
                }

                return (IEnumerable<TextEmbedding>)embeddings;
            }).ConfigureAwait(false);
    }
}
