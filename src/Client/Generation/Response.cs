using LmDeploy.Collections;
using LmDeploy.Errors;
using LmDeploy.Generation;

namespace LmDeploy;

/// <summary>
/// An answer, or a piece of one. In a stream <see cref="Text"/>, <see cref="TokenIds"/> and <see cref="Logprobs"/> hold what is new,
/// the two lengths what there is so far, and only the last piece of a prompt has a <see cref="FinishReason"/>. Immutable.
/// </summary>
public sealed record Response
{
    /// <summary>The text; empty when the prompt failed.</summary>
    public string Text { get; init; } = "";

    /// <summary>What the model thought, with <see cref="GenerationConfig.SplitReasoning"/>; else empty.</summary>
    public string Reasoning { get; init; } = "";

    /// <summary>Tokens generated so far.</summary>
    public int GenerateTokenLen { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public int InputTokenLen { get; init; }

    /// <summary>Tokens of the prompt that came from the prefix cache. In a stream the first piece has it.</summary>
    public int CachedTokens { get; init; }

    /// <summary>Why the answer ended; null in every piece of a stream but the last.</summary>
    public FinishReason? FinishReason { get; init; }

    /// <summary>The generated tokens.</summary>
    public IReadOnlyList<int> TokenIds { get; init => field = Values.Of(value); } = ValueList<int>.Empty;

    /// <summary>For each generated token, log-probabilities (natural logarithm) by token id, the chosen token's among them; null when not asked for.</summary>
    public IReadOnlyList<IReadOnlyDictionary<int, float>>? Logprobs { get; init => field = Values.OfOptional(value); }

    /// <summary>
    /// Logits as the model gave them, float32: rows as long as the vocabulary. Those of <see cref="OutputLogits.All"/> begin with the rows after each prompt
    /// token but the last, so
    /// that row i is what token i + 1 of prompt and answer together could be chosen from; then comes one for each generated token. Null when not asked for. In
    /// a stream each piece has what is new.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<float>>? Logits { get; init => field = Values.OfOptional(value); }

    /// <summary>The prompt as the model saw it. In a stream the first piece has it.</summary>
    public IReadOnlyList<int> PromptTokenIds { get; init => field = Values.Of(value); } = ValueList<int>.Empty;

    /// <summary>The log-probability of each prompt token but the first; null when not asked for. In a stream the first piece has it.</summary>
    public IReadOnlyList<float>? PromptLogprobs { get; init => field = Values.OfOptional(value); }

    /// <summary>
    /// The mean negative log-likelihood of the prompt's tokens but the first, in nats; its exponential is the perplexity. NaN for a prompt of one token,
    /// null when not asked for. In a stream the first piece has it.
    /// </summary>
    public double? Ppl { get; init; }

    /// <summary>The parts of the answer, when a split was asked for. In a stream each piece has what is new.</summary>
    internal IReadOnlyList<V1.AnswerPiece> Pieces { get; init => field = Values.Of(value); } = ValueList<V1.AnswerPiece>.Empty;

    /// <summary>Tokens of what the model thought, when a split was asked for. In a stream the last piece has it.</summary>
    internal int ReasoningTokenLen { get; init; }

    /// <summary>The position of the prompt in its batch.</summary>
    public int Index { get; init; }

    /// <summary>Which of the prompt's answers this is, from 0; see <see cref="GenerationConfig.N"/>.</summary>
    public int Choice { get; init; }

    /// <summary>
    /// All answers to the prompt, this first one included; empty when <see cref="GenerationConfig.N"/> is 1, and in streams, whose pieces have a
    /// <see cref="Choice"/>.
    /// </summary>
    public IReadOnlyList<Response> Choices { get; init => field = Values.Of(value); } = ValueList<Response>.Empty;

    /// <summary>What kind of error it was, one of the codes in docs/errors.md; null when there was none.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>What was wrong; null when there was no error.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>What the error is about, when it is about one thing.</summary>
    public string? ErrorSubject { get; init; }

    /// <summary>How the worker ended that this prompt was in, when that is the error; null otherwise.</summary>
    public WorkerFailure? Failure { get; init; }

    /// <summary>The stop word that matched; null when none did.</summary>
    public string? StopWord { get; init; }

    /// <summary>
    /// What was asked for and is not kept to: formats of a schema, more tokens than the context has room for. In a stream the first piece has it.
    /// </summary>
    public IReadOnlyList<string> Warnings { get; init => field = Values.Of(value); } = ValueList<string>.Empty;

    /// <summary>Joins the next piece of the same stream to this one: texts and lists one after the other, the rest as the later piece has it.</summary>
    public Response Extend(Response next)
    {
        ArgumentNullException.ThrowIfNull(next);
        var joined = new ResponseBuilder();
        joined.Append(this);
        joined.Append(next);
        return joined.Build();
    }

    /// <summary>Throws where the prompt failed.</summary>
    /// <returns>This response.</returns>
    /// <exception cref="LmDeployException">The prompt failed, with the code, the message and the failure that this response has.</exception>
    public Response EnsureSuccess() => ErrorCode is { } code
        ? throw ErrorTypes.Create(code, ErrorMessage ?? "", ErrorSubject ?? "", Failure)
        : this;

    /// <summary>The text; code and message where the prompt failed.</summary>
    public override string ToString() => ErrorCode is null ? Text : $"{ErrorCode}: {ErrorMessage}";

    internal static Response Failed(int index, string code, string message) => new()
    {
        Index = index,
        FinishReason = LmDeploy.FinishReason.Error,
        ErrorCode = code,
        ErrorMessage = message,
    };
}
