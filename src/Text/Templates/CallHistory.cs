using System.Text.Json;
using System.Text.Json.Nodes;

namespace LmDeploy.Text.Templates;

/// <summary>Puts the calls in a conversation into the style that a template renders.</summary>
internal static class CallHistory
{
    private const string Content = "content";
    private const string Calls = "tool_calls";

    /// <summary>Whether a conversation has calls.</summary>
    public static bool HasCalls(JsonElement messages) =>
        messages.EnumerateArray().Any(message => message.ValueKind == JsonValueKind.Object && message.TryGetProperty(Calls, out _));

    /// <param name="messages">An array of messages, whose calls have objects for arguments, or text that is none.</param>
    /// <param name="style">What the template needs.</param>
    public static JsonElement Adapt(JsonElement messages, CallStyle style)
    {
        if (style == default)
        {
            return messages;
        }

        var adapted = new JsonArray();
        foreach (var message in JsonArray.Create(messages)!.Select(message => message!.DeepClone()))
        {
            if (message is JsonObject fields && fields[Calls] is JsonArray calls)
            {
                Adapt(fields, calls, style, adapted);
            }
            else
            {
                adapted.Add(message);
            }
        }

        return JsonSerializer.SerializeToElement(adapted, TemplateJson.Default.JsonNode);
    }

    private static void Adapt(JsonObject message, JsonArray calls, CallStyle style, JsonArray adapted)
    {
        if (style.NeedsNull)
        {
            if (message[Content] is JsonValue content && content.TryGetValue<string>(out var text) && text.Length > 0)
            {
                // What was said before the call is a message of its own.
                var said = message.DeepClone().AsObject();
                said.Remove(Calls);
                adapted.Add((JsonNode)said);
            }

            message[Content] = null;
        }

        foreach (var function in calls.Select(call => call?["function"]).OfType<JsonObject>())
        {
            if (style.NeedsText && function["arguments"] is JsonObject arguments)
            {
                function["arguments"] = arguments.ToJsonString(TemplateJson.Relaxed);
            }
            else if (style.RefusesText && function["arguments"] is not JsonObject)
            {
                function["arguments"] = new JsonObject(); // One broken call would end the conversation.
            }
        }

        adapted.Add((JsonNode)message);
    }
}
