using System.Text.Json;

namespace LmDeploy.Cli.Input;

/// <summary>Reads a prompt from the fields of a line.</summary>
internal static class PromptFields
{
    /// <summary>A conversation with what its template may be given: <c>tools</c>, <c>chat_template_kwargs</c> and <c>add_generation_prompt</c>.</summary>
    public static Prompt ReadMessages(JsonElement line, JsonElement messages)
        => Prompt.FromMessagesJson(messages.Must(JsonValueKind.Array, "messages", "an array of messages").GetRawText()) with
        {
            Tools = line.Has("tools") ? line.GetProperty("tools").Must(JsonValueKind.Array, "tools", "an array").GetRawText() : null,
            TemplateArguments = line.Has("chat_template_kwargs")
                ? line.GetProperty("chat_template_kwargs").Must(JsonValueKind.Object, "chat_template_kwargs", "an object").GetRawText()
                : null,
            AddGenerationPrompt = !line.Has("add_generation_prompt") || line.GetProperty("add_generation_prompt").AsBoolean("add_generation_prompt"),
        };
}
