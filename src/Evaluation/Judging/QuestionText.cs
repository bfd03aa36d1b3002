using System.Text.Json;

namespace LmDeploy.Evaluation.Judging;

/// <summary>What a judge is shown of a prompt.</summary>
internal static class QuestionText
{
    /// <summary>
    /// The text; of a conversation its messages with their roles, or just the text where it is one message of the user. Null where there is none to show.
    /// </summary>
    public static string? Of(Prompt prompt)
    {
        if (prompt.MessagesJson is not { } messages)
        {
            return prompt.Text;
        }

        try
        {
            using var document = JsonDocument.Parse(messages);
            var turns = document.RootElement.EnumerateArray().Select(message => (Role: TextOf(message, "role"), Content: TextOf(message, "content"))).ToArray();
            return turns is [("user", var only)] ? only : string.Join("\n\n", turns.Select(turn => $"{turn.Role}: {turn.Content}"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Content that is no plain text is shown as the JSON it is.</summary>
    private static string TextOf(JsonElement message, string name)
        => !message.TryGetProperty(name, out var value) ? "" : value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
