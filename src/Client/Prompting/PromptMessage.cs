using System.Text.Json;

namespace LmDeploy;

/// <summary>One message of a conversation. Immutable.</summary>
public sealed record PromptMessage
{
    /// <summary>Makes a message of plain text.</summary>
    /// <param name="role">Who speaks, as the model's chat template knows it: usually <c>system</c>, <c>user</c> or <c>assistant</c>.</param>
    /// <param name="content">What is said; null counts as empty.</param>
    public PromptMessage(string role, string? content)
    {
        ArgumentException.ThrowIfNullOrEmpty(role);
        Role = role;
        Content = content ?? "";
    }

    private PromptMessage(string role, string content, string json)
    {
        Role = role;
        Content = content;
        Json = json;
    }

    /// <summary>Who speaks.</summary>
    public string Role { get; }

    /// <summary>What is said; empty when the message carries no plain text.</summary>
    public string Content { get; }

    /// <summary>The message as <see cref="FromJson"/> took it, handed to the chat template as it is; null for plain text.</summary>
    public string? Json { get; }

    /// <summary>Instructions to the model.</summary>
    public static PromptMessage System(string content) => new("system", content);

    /// <summary>What the user says.</summary>
    public static PromptMessage User(string content) => new("user", content);

    /// <summary>What the model said.</summary>
    public static PromptMessage Assistant(string content) => new("assistant", content);

    /// <summary>Takes a whole message object, for what plain text cannot say: tool calls, content parts, reasoning.</summary>
    /// <param name="json">A JSON object with at least <c>role</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="json"/> is not such an object.</exception>
    public static PromptMessage FromJson(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("role", out var role) || role.ValueKind != JsonValueKind.String)
            {
                throw new ArgumentException("A message must be a JSON object with a string \"role\".", nameof(json));
            }

            var content = root.TryGetProperty("content", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : "";
            return new PromptMessage(role.GetString()!, content!, json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ArgumentException($"A message must be valid JSON: {e.Message}", nameof(json), e);
        }
    }
}
