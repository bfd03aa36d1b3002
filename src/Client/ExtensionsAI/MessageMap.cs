using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace LmDeploy.ExtensionsAI;

/// <summary>Turns messages of Microsoft.Extensions.AI into what chat templates are given: role, content, and calls with their arguments as objects.</summary>
internal static class MessageMap
{
    // White space would cost tokens.
    private static readonly JsonSerializerOptions _compact = new(AIJsonUtilities.DefaultOptions) { WriteIndented = false };

    /// <param name="messages">At least one.</param>
    /// <param name="instructions">What is said before the conversation; null for nothing.</param>
    /// <returns>A JSON array.</returns>
    /// <exception cref="NotSupportedException">A message has something other than text and calls.</exception>
    public static string Write(IEnumerable<ChatMessage> messages, string? instructions)
    {
        var json = new JsonArray();
        if (!string.IsNullOrEmpty(instructions))
        {
            json.Add(Message("system", instructions));
        }

        foreach (var message in messages)
        {
            Add(json, message);
        }

        return json.Count > 0 ? json.ToJsonString() : throw new ArgumentException("There are no messages.", nameof(messages));
    }

    private static void Add(JsonArray json, ChatMessage message)
    {
        var results = message.Contents.OfType<FunctionResultContent>().ToList();
        foreach (var result in results)
        {
            var answer = Message("tool", Text(result.Result ?? result.Exception?.Message));
            answer["tool_call_id"] = result.CallId;
            json.Add(answer);
        }

        var calls = message.Contents.OfType<FunctionCallContent>().ToList();
        var text = string.Concat(message.Contents.Select(TextOf));
        if (text.Length == 0 && calls.Count == 0 && results.Count > 0)
        {
            return;
        }

        var normal = Message(message.Role.Value, text);
        if (calls.Count > 0)
        {
            normal["tool_calls"] = new JsonArray([.. calls.Select(Call)]);
        }

        json.Add(normal);
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };

    private static JsonNode Call(FunctionCallContent call) => new JsonObject
    {
        ["id"] = call.CallId,
        ["type"] = "function",
        ["function"] = new JsonObject
        {
            ["name"] = call.Name,
            ["arguments"] = JsonSerializer.SerializeToNode(call.Arguments ?? new Dictionary<string, object?>(), AIJsonUtilities.DefaultOptions),
        },
    };

    /// <summary>Thoughts of earlier turns are left out, as models expect.</summary>
    private static string TextOf(AIContent content) => content switch
    {
        TextContent text => text.Text,
        FunctionCallContent or FunctionResultContent or TextReasoningContent or UsageContent => "",
        _ => throw new NotSupportedException($"A message has {content.GetType().Name}, but the model takes text alone."),
    };

    private static string Text(object? result) => result switch
    {
        null => "",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } element => element.GetString()!,
        _ => JsonSerializer.Serialize(result, _compact),
    };
}
