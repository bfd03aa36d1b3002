using System.Runtime.CompilerServices;
using LmDeploy.Generation;

namespace LmDeploy;

public sealed partial class Pipeline
{
    /// <summary>Answers one prompt.</summary>
    /// <param name="prompt">A text, a conversation or token ids.</param>
    /// <param name="config">How to answer. Default: <see cref="GenerationConfig"/>'s defaults.</param>
    /// <param name="cancellationToken">Stops the generation.</param>
    /// <exception cref="LmDeployException">The prompt cannot be answered; in a batch, it would be an error of its <see cref="Response"/>.</exception>
    public Response Infer(Prompt prompt, GenerationConfig? config = null, CancellationToken cancellationToken = default)
        => InferAsync(prompt, config, cancellationToken).GetAwaiter().GetResult();

    /// <summary>
    /// Answers a batch of prompts, which run side by side; the answers are in the prompts' order. A prompt that cannot be answered has an error in its answer
    /// (<see cref="Response.ErrorCode"/>, <see cref="Response.EnsureSuccess"/>) and leaves the others alone.
    /// </summary>
    /// <param name="prompts">The prompts; none gives no answers.</param>
    /// <param name="configs">One configuration for all, or one for each. Default: <see cref="GenerationConfig"/>'s defaults.</param>
    /// <param name="cancellationToken">Stops the generation.</param>
    /// <exception cref="ArgumentException">There are more or fewer configurations than prompts.</exception>
    public IReadOnlyList<Response> Infer(
        Prompts prompts, GenerationConfigs? configs = null, CancellationToken cancellationToken = default)
        => InferAsync(prompts, configs, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="Infer(Prompt, GenerationConfig?, CancellationToken)"/>
    public async Task<Response> InferAsync(Prompt prompt, GenerationConfig? config = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var answers = await BatchGeneration.RunAsync(_calls, [prompt], [config ?? new GenerationConfig()], cancellationToken).ConfigureAwait(false);
        GC.KeepAlive(this);
        return answers[0].EnsureSuccess();
    }

    /// <inheritdoc cref="Infer(Prompts, GenerationConfigs?, CancellationToken)"/>
    public Task<IReadOnlyList<Response>> InferAsync(
        Prompts prompts, GenerationConfigs? configs = null, CancellationToken cancellationToken = default)
    {
        var (batch, each) = Check(prompts, configs);
        return RunAsync();

        async Task<IReadOnlyList<Response>> RunAsync()
        {
            var answers = await BatchGeneration.RunAsync(_calls, batch, each, cancellationToken).ConfigureAwait(false);
            GC.KeepAlive(this);
            return answers;
        }
    }

    /// <summary>Answers one prompt piece by piece. Leaving the loop stops the generation.</summary>
    /// <inheritdoc cref="Infer(Prompt, GenerationConfig?, CancellationToken)"/>
    public IAsyncEnumerable<Response> StreamInferAsync(Prompt prompt, GenerationConfig? config = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return StreamOneAsync();

        async IAsyncEnumerable<Response> StreamOneAsync()
        {
            await foreach (var piece in StreamAsync([prompt], [config ?? new GenerationConfig()], cancellationToken).ConfigureAwait(false))
            {
                yield return piece.EnsureSuccess();
            }
        }
    }

    /// <summary>
    /// Answers a batch piece by piece; the pieces of different prompts interleave, told apart by <see cref="Response.Index"/>. Leaving the loop stops the
    /// generation.
    /// </summary>
    /// <inheritdoc cref="Infer(Prompts, GenerationConfigs?, CancellationToken)"/>
    public IAsyncEnumerable<Response> StreamInferAsync(
        Prompts prompts, GenerationConfigs? configs = null, CancellationToken cancellationToken = default)
    {
        var (batch, each) = Check(prompts, configs);
        return StreamAsync(batch, each, cancellationToken);
    }

    /// <inheritdoc cref="StreamInferAsync(Prompt, GenerationConfig?, CancellationToken)"/>
    public IEnumerable<Response> StreamInfer(Prompt prompt, GenerationConfig? config = null, CancellationToken cancellationToken = default)
        => StreamInferAsync(prompt, config, cancellationToken).ToBlockingEnumerable(cancellationToken);

    /// <inheritdoc cref="StreamInferAsync(Prompts, GenerationConfigs?, CancellationToken)"/>
    public IEnumerable<Response> StreamInfer(
        Prompts prompts, GenerationConfigs? configs = null, CancellationToken cancellationToken = default)
        => StreamInferAsync(prompts, configs, cancellationToken).ToBlockingEnumerable(cancellationToken);

    private (IReadOnlyList<Prompt> Prompts, IReadOnlyList<GenerationConfig> Configs) Check(Prompts prompts, GenerationConfigs? configs)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        var each = GenerationConfigs.For(configs, prompts.Count);
        _calls.ThrowIfEnded();
        return (prompts, each);
    }

    private async IAsyncEnumerable<Response> StreamAsync(
        IReadOnlyList<Prompt> prompts, IReadOnlyList<GenerationConfig> configs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var piece in BatchGeneration.StreamAsync(_calls, prompts, configs, cancellationToken).ConfigureAwait(false))
        {
            yield return piece;
        }

        GC.KeepAlive(this);
    }
}
