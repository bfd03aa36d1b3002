using LmDeploy.Engine.Requests;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Tokenization;
using LmDeploy.V1;

namespace LmDeploy.Engine.Likelihood;

/// <summary>
/// Encodes the continuations of one prompt as lm-evaluation-harness does. White space at the end of the prompt belongs to the continuation. Prompt
/// and continuation are encoded together; the continuation is the tokens after the prompt's own number of tokens.
/// </summary>
internal sealed class ContinuationEncoder
{
    private readonly PromptEncoder _encoder;
    private readonly ModelTokenizer _tokenizer;
    private readonly int _sessionLen;
    private readonly PromptText? _text;
    private readonly int[] _wholePrompt;
    private readonly Lazy<(string Text, string WhiteSpace, int[] Ids)> _trimmed;

    /// <param name="sessionLen">Tokens of the context; a text that is far longer is refused before all of it is encoded.</param>
    /// <exception cref="EngineException">The prompt cannot be encoded.</exception>
    public ContinuationEncoder(PromptEncoder encoder, ModelTokenizer tokenizer, int sessionLen, Prompt prompt, CancellationToken cancellationToken)
    {
        (_encoder, _tokenizer, _sessionLen) = (encoder, tokenizer, sessionLen);
        PromptLength.CheckMessages(prompt.Messages, sessionLen);
        _text = encoder.TextOf(prompt, cancellationToken);
        PromptLength.CheckText(_text?.Text ?? "", sessionLen, tokenizer);
        _wholePrompt = _text is null ? encoder.Check(prompt.TokenIds.Ids) : [];
        _trimmed = new(Trim);
    }

    /// <summary>Prompt and continuation, and where the continuation begins.</summary>
    /// <exception cref="EngineException"><see cref="ErrorCodes.InvalidRequest"/>: there is nothing to score, or nothing before it;
    /// <see cref="ErrorCodes.ContextLengthExceeded"/>.</exception>
    public (int[] Ids, int First) Encode(Continuation continuation)
    {
        PromptLength.CheckText(
            continuation.SourceCase == Continuation.SourceOneofCase.Answer ? continuation.Answer : continuation.Text, _sessionLen, _tokenizer);
        var (prompt, ids) = continuation.SourceCase switch
        {
            Continuation.SourceOneofCase.TokenIds => (_text is null ? _wholePrompt : Prompt(_text.Text), _encoder.Check(continuation.TokenIds.Ids)),
            Continuation.SourceOneofCase.Answer => (_text is null ? _wholePrompt : Prompt(_text.Text), _encoder.EncodeContinuation(continuation.Answer)),
            Continuation.SourceOneofCase.Text when _text is null => (_wholePrompt, _encoder.EncodeContinuation(continuation.Text)),
            Continuation.SourceOneofCase.Text => Split(continuation.Text),
            _ => throw new EngineException(ErrorCodes.InvalidRequest, "The continuation has neither text nor token ids.", "continuations"),
        };
        if (ids.Length == 0)
        {
            throw new EngineException(ErrorCodes.InvalidRequest, "The continuation has no tokens to score.", "continuations");
        }

        return prompt.Length > 0
            ? ([.. prompt, .. ids], prompt.Length)
            : throw new EngineException(ErrorCodes.InvalidRequest, "The prompt is empty: it has no tokens.", "prompt");
    }

    /// <summary>What Python's <c>str.rstrip</c> takes away: .NET does not count the four information separators.</summary>
    private static bool IsWhiteSpace(char character) => char.IsWhiteSpace(character) || character is >= '\x1c' and <= '\x1f';

    private (string Text, string WhiteSpace, int[] Ids) Trim()
    {
        var text = _text!.Text;
        var length = text.Length;
        while (length > 0 && IsWhiteSpace(text[length - 1]))
        {
            length--;
        }

        return (text[..length], text[length..], Prompt(text[..length]));
    }

    private (int[] Prompt, int[] Continuation) Split(string continuation)
    {
        var (text, whiteSpace, prompt) = _trimmed.Value;
        if (text.Length == 0)
        {
            return (prompt, _encoder.EncodeContinuation(whiteSpace + continuation));
        }

        var both = Opened(text + whiteSpace + continuation);
        return (prompt, both.Length > prompt.Length ? both[prompt.Length..] : []);
    }

    /// <summary>A prompt without text is the token that texts begin with or, where there is none, the one that they end with.</summary>
    private int[] Prompt(string text)
    {
        if (text.Length > 0 || (_text!.AddSpecialTokens && _tokenizer.TokensBeforeText.Count > 0))
        {
            return Opened(text);
        }

        var (first, last) = (_tokenizer.SpecialTokens.BosToken, _tokenizer.SpecialTokens.EosToken);
        return (first ?? last) is { } token && _tokenizer.IdOf(token) is { } id ? _encoder.Check([id]) : [];
    }

    private int[] Opened(string text) =>
        _encoder.Check([.. _text!.AddSpecialTokens ? _tokenizer.TokensBeforeText : [], .. _tokenizer.Encode(text, addSpecialTokens: false)]);
}
