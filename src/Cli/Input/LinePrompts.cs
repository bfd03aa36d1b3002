using System.Text.Json;

namespace LmDeploy.Cli.Input;

/// <summary>Reads a prompt from the fields of a line.</summary>
internal static class LinePrompts
{
    /// <summary>A prompt of any shape.</summary>
    /// <param name="line">An object with one of <c>prompt</c>, <c>messages</c> and <c>input_ids</c>.</param>
    /// <param name="raw">Whether texts are taken without the chat template.</param>
    public static Prompt Read(JsonElement line, bool raw) => line.ExactlyOne("prompt", "messages", "input_ids") switch
    {
        ("prompt", _) => ReadText(line, "prompt", raw),
        ("messages", var messages) => ReadMessages(line, messages),
        var (name, ids) => Prompt.FromTokenIds(ids.AsIds(name)),
    };

    /// <summary>A text, with <c>add_special_tokens</c> for when no chat template is used.</summary>
    /// <param name="line">The line.</param>
    /// <param name="name">The field that holds the text.</param>
    /// <param name="raw">Whether the text is taken without the chat template.</param>
    /// <param name="addSpecialTokens">What the line does not say itself.</param>
    public static Prompt ReadText(JsonElement line, string name, bool raw, bool addSpecialTokens = true) =>
        Prompt.FromText(line.GetProperty(name).AsText(name), raw) with
        {
            AddSpecialTokens = line.IsSet("add_special_tokens", otherwise: addSpecialTokens),
        };

    /// <summary>A conversation with what its template may be given: <c>tools</c>, <c>chat_template_kwargs</c> and <c>add_generation_prompt</c>.</summary>
    public static Prompt ReadMessages(JsonElement line, JsonElement messages)
        => Prompt.FromMessagesJson(messages.Must(JsonValueKind.Array, "messages", "an array of messages").GetRawText()) with
        {
            Tools = line.Has("tools") ? line.GetProperty("tools").Must(JsonValueKind.Array, "tools", "an array").GetRawText() : null,
            TemplateArguments = line.Has("chat_template_kwargs")
                ? line.GetProperty("chat_template_kwargs").Must(JsonValueKind.Object, "chat_template_kwargs", "an object").GetRawText()
                : null,
            AddGenerationPrompt = line.IsSet("add_generation_prompt", otherwise: true),
        };
}
