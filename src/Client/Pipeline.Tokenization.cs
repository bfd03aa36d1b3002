using LmDeploy.Collections;
using LmDeploy.Prompting;
using LmDeploy.V1;

namespace LmDeploy;

public sealed partial class Pipeline
{
    /// <summary>Encodes a text with the tokenizer's own special tokens and without the chat template.</summary>
    /// <exception cref="LmDeployException">The text cannot be encoded, or has more than 4,194,304 characters.</exception>
    public IReadOnlyList<int> Tokenize(string text, CancellationToken cancellationToken = default)
        => TokenizeAsync(text, cancellationToken).GetAwaiter().GetResult();

    /// <summary>
    /// Renders and encodes prompts exactly as <see cref="Infer(Prompt, GenerationConfig?, CancellationToken)"/> would. One that cannot be encoded carries its
    /// error.
    /// </summary>
    public IReadOnlyList<TokenizedPrompt> Tokenize(Prompts prompts, CancellationToken cancellationToken = default)
        => TokenizeAsync(prompts, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="Tokenize(string, CancellationToken)"/>
    public async Task<IReadOnlyList<int>> TokenizeAsync(string text, CancellationToken cancellationToken = default)
    {
        var results = await TokenizeAsync(Prompts.Of([Prompt.FromText(text, raw: true)]), cancellationToken).ConfigureAwait(false);
        return results[0].ErrorCode is { } code ? throw new LmDeployException(code, results[0].ErrorMessage ?? "") : results[0].Ids;
    }

    /// <inheritdoc cref="Tokenize(Prompts, CancellationToken)"/>
    public async Task<IReadOnlyList<TokenizedPrompt>> TokenizeAsync(Prompts prompts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        return await ForEachAsync(
            prompts,
            prompt => prompt.Problem(),
            (code, message) => new TokenizedPrompt { ErrorCode = code, ErrorMessage = message },
            async sendable =>
            {
                var request = new TokenizeRequest { Key = _calls.Key, Prompts = { sendable.Select(prompt => prompt.ToWire()) } };
                var response = await _calls.RunAsync((client, options) => client.TokenizeAsync(request, options), cancellationToken).ConfigureAwait(false);
                return response.Results.Select(TokenizedPrompt.FromWire);
            }).ConfigureAwait(false);
    }

    /// <summary>Decodes token ids.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out. Default: true.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LmDeployException">An id is not one of the model's.</exception>
    public string Detokenize(IEnumerable<int> ids, bool skipSpecialTokens = true, CancellationToken cancellationToken = default)
        => DetokenizeAsync(ids, skipSpecialTokens, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="Detokenize(IEnumerable{int}, bool, CancellationToken)"/>
    public async Task<string> DetokenizeAsync(IEnumerable<int> ids, bool skipSpecialTokens = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var texts = await DetokenizeAsync([[.. ids]], skipSpecialTokens, cancellationToken).ConfigureAwait(false);
        return texts[0].ErrorCode is { } code ? throw new LmDeployException(code, texts[0].ErrorMessage ?? "") : texts[0].Text;
    }

    /// <summary>Decodes many sequences, in their order. One that cannot be decoded carries its error.</summary>
    /// <param name="ids">The tokens of each sequence; none gives no texts.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out. Default: true.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LmDeployException">The call as a whole failed.</exception>
    public IReadOnlyList<DetokenizedText> Detokenize(
        IReadOnlyList<IReadOnlyList<int>> ids, bool skipSpecialTokens = true, CancellationToken cancellationToken = default)
        => DetokenizeAsync(ids, skipSpecialTokens, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="Detokenize(IReadOnlyList{IReadOnlyList{int}}, bool, CancellationToken)"/>
    public async Task<IReadOnlyList<DetokenizedText>> DetokenizeAsync(
        IReadOnlyList<IReadOnlyList<int>> ids, bool skipSpecialTokens = true, CancellationToken cancellationToken = default)
        => await ForEachAsync(
            Values.Of(ids, nameof(ids)),
            _ => null,
            (code, message) => new DetokenizedText { ErrorCode = code, ErrorMessage = message },
            async sendable =>
            {
                var request = new DetokenizeRequest { Key = _calls.Key, SkipSpecialTokens = skipSpecialTokens };
                request.Inputs.AddRange(sendable.Select(input => new TokenIds { Ids = { input } }));
                var response = await _calls.RunAsync((client, options) => client.DetokenizeAsync(request, options), cancellationToken).ConfigureAwait(false);
                return response.Results.Select(DetokenizedText.FromWire);
            }).ConfigureAwait(false);

    /// <summary>Sends the inputs that can be sent, and puts the answers and the errors of the others into the inputs' order.</summary>
    private async Task<IReadOnlyList<TResult>> ForEachAsync<TInput, TResult>(
        IReadOnlyList<TInput> inputs,
        Func<TInput, string?> problemOf,
        Func<string, string, TResult> failed,
        Func<IReadOnlyList<TInput>, Task<IEnumerable<TResult>>> send)
    {
        _calls.ThrowIfEnded();
        string?[] problems = [.. inputs.Select(problemOf)];
        TInput[] sendable = [.. inputs.Where((_, i) => problems[i] is null)];
        TResult[] answers = sendable.Length == 0 ? [] : [.. await send(sendable).ConfigureAwait(false)];
        GC.KeepAlive(this);
        if (answers.Length != sendable.Length)
        {
            throw new LmDeployException(ErrorCodes.InternalError, $"The supervisor gave {answers.Length} results for {sendable.Length} inputs.");
        }

        var next = 0;
        return [.. problems.Select(problem => problem is null ? answers[next++] : failed(ErrorCodes.InvalidRequest, problem))];
    }
}
