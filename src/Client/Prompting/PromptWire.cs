using LmDeploy.Validation;

namespace LmDeploy.Prompting;

/// <summary>Writes a prompt for the wire.</summary>
internal static class PromptWire
{
    /// <summary>Why a prompt cannot be sent (protobuf would silently change text that has no UTF-8 form), or null.</summary>
    public static string? Problem(this Prompt prompt)
        => Utf16.Problem("The prompt", prompt.Text)
        ?? Utf16.Problem("The conversation", prompt.MessagesJson)
        ?? Utf16.Problem("Tools", prompt.Tools)
        ?? Utf16.Problem("TemplateArguments", prompt.TemplateArguments);

    public static V1.Prompt ToWire(this Prompt prompt)
    {
        var wire = new V1.Prompt
        {
            Raw = prompt.Raw,
            Tools = prompt.Tools ?? "",
            TemplateArguments = prompt.TemplateArguments ?? "",
            AddGenerationPrompt = prompt.AddGenerationPrompt,
            AddSpecialTokens = prompt.AddSpecialTokens,
            AdaptCalls = prompt.AdaptCalls,
        };
        if (prompt.Text is { } text)
        {
            wire.Text = text;
        }
        else if (prompt.MessagesJson is { } messages)
        {
            wire.Messages = messages;
        }
        else
        {
            wire.TokenIds = new V1.TokenIds { Ids = { prompt.TokenIds! } };
        }

        return wire;
    }
}
