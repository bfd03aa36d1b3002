using System.Text.Json;
using LmDeploy.Limits;
using LmDeploy.Text.Answers.Calls;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Templates;
using LmDeploy.Text.Tokenization;
using LmDeploy.V1;

namespace LmDeploy.Engine.Requests;

/// <summary>Turns a prompt into token ids: text and messages through the chat template and the tokenizer, ids as they are. Thread-safe.</summary>
internal sealed class PromptEncoder(ModelTokenizer tokenizer, ModelTemplate? template, int vocabSize)
{
    private const int MaxJsonDepth = 64;

    private readonly IReadOnlyDictionary<string, string> _specialTokens = tokenizer.SpecialTokens.Variables;
    private readonly CallStyleProbe? _calls = template is null ? null : new CallStyleProbe(template, tokenizer.SpecialTokens.Variables);

    /// <summary>Encodes a prompt without a limit on its tokens, up to <see cref="TextLimits.MostEncoded"/> characters of text.</summary>
    /// <exception cref="EngineException"><see cref="ErrorCodes.InvalidRequest"/> or <see cref="ErrorCodes.PreprocessFailed"/>.</exception>
    public EncodedPrompt Encode(Prompt prompt, CancellationToken cancellationToken)
    {
        var text = TextOf(prompt, cancellationToken);
        return TextLimits.Problem(text?.Text.Length ?? 0) is { } problem
            ? throw new EngineException(ErrorCodes.InvalidRequest, problem, "prompt")
            : Encode(prompt, text);
    }

    /// <summary>Encodes a prompt for a context length. A prompt that is far too long is refused before all of it is encoded.</summary>
    /// <exception cref="EngineException"><see cref="ErrorCodes.InvalidRequest"/>, <see cref="ErrorCodes.PreprocessFailed"/> or
    /// <see cref="ErrorCodes.ContextLengthExceeded"/>.</exception>
    public EncodedPrompt EncodeWithin(int sessionLen, Prompt prompt, CancellationToken cancellationToken)
    {
        PromptLength.CheckMessages(prompt.Messages, sessionLen);
        var text = TextOf(prompt, cancellationToken);
        PromptLength.CheckText(text?.Text ?? "", sessionLen, tokenizer);
        return Encode(prompt, text);
    }

    /// <summary>The text that a prompt is encoded from; null when it is token ids.</summary>
    /// <exception cref="EngineException"><see cref="ErrorCodes.InvalidRequest"/> or <see cref="ErrorCodes.PreprocessFailed"/>.</exception>
    public PromptText? TextOf(Prompt prompt, CancellationToken cancellationToken) => prompt.SourceCase switch
    {
        Prompt.SourceOneofCase.TokenIds => null,
        Prompt.SourceOneofCase.Text when prompt.Raw || template is null =>
            new PromptText(prompt.Text, IsRendered: false, !prompt.HasAddSpecialTokens || prompt.AddSpecialTokens),
        Prompt.SourceOneofCase.Text =>
            Rendered(prompt, JsonSerializer.SerializeToElement([new UserMessage(prompt.Text)], MessageJson.Default.UserMessageArray), cancellationToken),
        Prompt.SourceOneofCase.Messages => Rendered(prompt, Parse("messages", prompt.Messages, JsonValueKind.Array), cancellationToken),
        _ => throw new EngineException(ErrorCodes.InvalidRequest, "The prompt has neither text, messages nor token ids.", "prompt"),
    };

    /// <summary>The functions that the answer to a prompt may call.</summary>
    /// <exception cref="EngineException"><see cref="ErrorCodes.InvalidRequest"/>: they are no JSON array.</exception>
    public static ToolSet ToolsOf(Prompt prompt) => ToolSet.Of(ParseOptional("tools", prompt.Tools, JsonValueKind.Array));

    /// <summary>Encodes text that follows a prompt: no special tokens are added.</summary>
    public int[] EncodeContinuation(string text) => Check(tokenizer.Encode(text, addSpecialTokens: false));

    /// <summary>The ids, when each is one of the model's.</summary>
    /// <exception cref="EngineException"><see cref="ErrorCodes.InvalidRequest"/>, naming the first that is not.</exception>
    public int[] Check(IReadOnlyList<int> ids, string subject = "token_ids")
    {
        int[] checkedIds = [.. ids];
        var outside = Array.FindIndex(checkedIds, id => id < 0 || id >= vocabSize);
        return outside < 0
            ? checkedIds
            : throw new EngineException(
                ErrorCodes.InvalidRequest, $"Token id {ids[outside]} at position {outside} is outside the vocabulary of {vocabSize}.", subject);
    }

    private EncodedPrompt Encode(Prompt prompt, PromptText? text) => text is null
        ? new EncodedPrompt(Check(prompt.TokenIds.Ids), "")
        : new EncodedPrompt(Check(tokenizer.Encode(text.Text, text.AddSpecialTokens)), text.IsRendered ? text.Text : "");

    private static JsonElement Parse(string what, string json, JsonValueKind kind)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxJsonDepth });
            return document.RootElement.ValueKind == kind
                ? document.RootElement.Clone()
                : throw new EngineException(
                    ErrorCodes.InvalidRequest,
                    $"'{what}' must be a JSON {kind.ToString().ToLowerInvariant()}, but is a {document.RootElement.ValueKind}.",
                    what);
        }
        catch (JsonException e)
        {
            throw new EngineException(ErrorCodes.InvalidRequest, $"'{what}' is not valid JSON: {e.Message}", what, e);
        }
    }

    private static JsonElement? ParseOptional(string what, string json, JsonValueKind kind) =>
        json.Length == 0 ? null : Parse(what, json, kind);

    private PromptText Rendered(Prompt prompt, JsonElement messages, CancellationToken cancellationToken)
    {
        if (template is null)
        {
            throw new EngineException(ErrorCodes.InvalidRequest, "The model has no chat template, so it takes text or token ids but no messages.", "messages");
        }

        var tools = ParseOptional("tools", prompt.Tools, JsonValueKind.Array);
        var rendered = template.Render(new ChatTemplateInput
        {
            Messages = prompt.AdaptCalls && CallHistory.HasCalls(messages) ? CallHistory.Adapt(messages, _calls!.StyleOf(tools is not null)) : messages,
            Tools = tools,
            Arguments = ParseOptional("template_arguments", prompt.TemplateArguments, JsonValueKind.Object),
            AddGenerationPrompt = !prompt.HasAddGenerationPrompt || prompt.AddGenerationPrompt,
            SpecialTokens = _specialTokens,
            CancellationToken = cancellationToken,
        });
        return new PromptText(rendered, IsRendered: true, AddSpecialTokens: false);
    }
}
