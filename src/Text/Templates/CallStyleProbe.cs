using System.Text.Json;
using System.Text.Json.Nodes;

namespace LmDeploy.Text.Templates;

/// <summary>Finds out by rendering a small conversation in which style a template renders calls. Thread-safe.</summary>
internal sealed class CallStyleProbe(ModelTemplate template, IReadOnlyDictionary<string, string> specialTokens)
{
    private const string Name = "probe_function";
    private const string Value = "probe_value";

    /// <summary>Some templates want nine letters.</summary>
    private const string Id = "callabcde";

    /// <summary>The most usual first.</summary>
    private static readonly CallStyle[] _styles = [new(NeedsNull: false, NeedsText: false), new(NeedsNull: false, NeedsText: true),
        new(NeedsNull: true, NeedsText: false), new(NeedsNull: true, NeedsText: true)];

    private static readonly JsonElement _tools = JsonSerializer.SerializeToElement(
        JsonNode.Parse("""[{"type":"function","function":{"name":"probe","description":"","parameters":{"type":"object","properties":{}}}}]"""),
            TemplateJson.Default.JsonNode);

    private readonly Lazy<CallStyle> _withTools = new(() => Find(template, specialTokens, _tools));
    private readonly Lazy<CallStyle> _withoutTools = new(() => Find(template, specialTokens, null));

    public CallStyle StyleOf(bool hasTools) => (hasTools ? _withTools : _withoutTools).Value;

    private static JsonObject Call(JsonNode arguments) => new()
    {
        ["id"] = Id,
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = Name, ["arguments"] = arguments },
    };

    /// <returns>The first style that shows the call; the usual one where none does, as some templates leave calls out.</returns>
    private static CallStyle Find(ModelTemplate template, IReadOnlyDictionary<string, string> specialTokens, JsonElement? tools)
    {
        var style = Array.Find(_styles, style =>
            Render(style, new JsonObject { ["a"] = Value }) is { } text
                && text.Contains(Name, StringComparison.Ordinal) && text.Contains(Value, StringComparison.Ordinal));
        return style with { RefusesText = !style.NeedsText && Render(style, JsonValue.Create(Value)) is null };

        string? Render(CallStyle style, JsonNode arguments) => CallStyleProbe.Render(template, specialTokens, tools, style, arguments);
    }

    /// <returns>Null when the template rejects the style.</returns>
    private static string? Render(
        ModelTemplate template, IReadOnlyDictionary<string, string> specialTokens, JsonElement? tools, CallStyle style, JsonNode arguments)
    {
        var messages = JsonSerializer.SerializeToElement(
            new JsonArray(
                new JsonObject { ["role"] = "user", ["content"] = "?" },
                new JsonObject { ["role"] = "assistant", ["content"] = "", ["tool_calls"] = new JsonArray(Call(arguments)) },
                new JsonObject { ["role"] = "tool", ["tool_call_id"] = Id, ["name"] = Name, ["content"] = "!" }),
            TemplateJson.Default.JsonNode);
        try
        {
            return template.Render(new ChatTemplateInput { Messages = CallHistory.Adapt(messages, style), Tools = tools, SpecialTokens = specialTokens });
        }
        catch (ModelTemplateException)
        {
            return null;
        }
    }
}
