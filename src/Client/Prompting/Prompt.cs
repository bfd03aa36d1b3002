using System.ComponentModel;
using System.Runtime.CompilerServices;
using LmDeploy.Collections;
using LmDeploy.Prompting;

namespace LmDeploy;

/// <summary>
/// What a model is asked: a text, a conversation, or token ids. Converts from a text, and from an array, a list or a collection expression of messages.
/// Immutable.
/// </summary>
[CollectionBuilder(typeof(Prompt), nameof(OfMessages))]
public sealed record Prompt
{
    private IReadOnlyList<PromptMessage> _conversation = ValueList<PromptMessage>.Empty;

    private Prompt()
    {
    }

    /// <summary>The text, when that is what the prompt was made from.</summary>
    public string? Text { get; private init; }

    /// <summary>The conversation as a JSON array of message objects, when that is what the prompt was made from.</summary>
    public string? MessagesJson { get; private init; }

    /// <summary>The token ids, when that is what the prompt was made from.</summary>
    public IReadOnlyList<int>? TokenIds { get; private init => field = Values.OfOptional(value); }

    /// <summary>Leaves the chat template out: the text is encoded as it is. Default: false.</summary>
    public bool Raw { get; init; }

    /// <summary>Whether the tokenizer's own special tokens are put around a text that no chat template is used for. Default: true.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>A JSON array of tool definitions for the chat template. Default: null, none.</summary>
    public string? Tools { get; init; }

    /// <summary>A JSON object of further variables for the chat template, for example <c>{"enable_thinking": false}</c>. Default: null, none.</summary>
    public string? TemplateArguments { get; init; }

    /// <summary>Whether the rendered text ends with the opening of the assistant's turn. Default: true.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>A text as one user message; see <see cref="FromText"/>.</summary>
    public static implicit operator Prompt(string text) => FromText(text);

    /// <summary>Whether messages that call functions are put into the form that the chat template renders.</summary>
    internal bool AdaptCalls { get; init; }

    /// <summary>A conversation; see <see cref="FromMessages"/>.</summary>
    public static implicit operator Prompt(PromptMessage[] messages) => FromMessages(messages);

    /// <summary>A conversation; see <see cref="FromMessages"/>.</summary>
    public static implicit operator Prompt(List<PromptMessage> messages) => FromMessages(messages);

    /// <summary>A text, rendered as one user message unless <paramref name="raw"/> is set or the model has no chat template.</summary>
    public static Prompt FromText(string text, bool raw = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Prompt { Text = text, Raw = raw };
    }

    /// <summary>One conversation, rendered by the model's chat template.</summary>
    /// <exception cref="ArgumentException">A message is null.</exception>
    public static Prompt FromMessages(IEnumerable<PromptMessage> messages)
    {
        var conversation = Values.Of(messages, nameof(messages));
        return new Prompt { MessagesJson = MessageJson.Write(conversation), _conversation = conversation };
    }

    /// <summary>One conversation; what a collection expression of messages calls.</summary>
    /// <exception cref="ArgumentException">A message is null.</exception>
    public static Prompt OfMessages(ReadOnlySpan<PromptMessage> messages) => FromMessages(messages.ToArray());

    /// <summary>One conversation as a JSON array of message objects, handed to the chat template as it is; the worker checks it.</summary>
    public static Prompt FromMessagesJson(string json)
    {
        ArgumentException.ThrowIfNullOrEmpty(json);
        return new Prompt { MessagesJson = json };
    }

    /// <summary>Token ids, taken as they are.</summary>
    public static Prompt FromTokenIds(IEnumerable<int> tokenIds)
    {
        ArgumentNullException.ThrowIfNull(tokenIds);
        return new Prompt { TokenIds = [.. tokenIds] };
    }

    /// <summary>
    /// The messages that the prompt was made from; none for a text, token ids and JSON. A collection expression needs it to make a prompt.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public IEnumerator<PromptMessage> GetEnumerator() => _conversation.GetEnumerator();
}
