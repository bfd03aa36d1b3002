using System.Text.Json;
using LmDeploy.Answers;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Chat;

/// <summary>The functions that an answer may call, and whether it has to.</summary>
internal sealed class ToolChoice
{
    private readonly Dictionary<string, JsonElement?> _functions;
    private readonly string? _forced;
    private readonly bool _isRequired;
    private readonly bool _isParallel;

    private ToolChoice(string definitions, Dictionary<string, JsonElement?> functions, string? forced, bool isRequired, bool isParallel) =>
        (Definitions, _functions, _forced, _isRequired, _isParallel) = (definitions, functions, forced, isRequired, isParallel);

    /// <summary>What the chat template shows the model, a JSON array; empty for no tools.</summary>
    public string Definitions { get; }

    public static ToolChoice Read(BodyFields fields)
    {
        var tools = fields.Array("tools") is { } given && given.GetArrayLength() > 0 ? given : (JsonElement?)null;
        var functions = new Dictionary<string, JsonElement?>(StringComparer.Ordinal);
        foreach (var (tool, i) in tools?.EnumerateArray().Select((tool, i) => (tool, i)) ?? [])
        {
            var (name, parameters) = FunctionOf(tool, $"tools[{i}]");
            functions[name] = parameters;
        }

        var (mode, forced) = ModeOf(fields);
        if (mode is "required" or "function" && functions.Count == 0)
        {
            throw ApiException.Invalid("tool_choice asks for a call, but there are no tools.", "tool_choice");
        }

        if (forced is not null && !functions.ContainsKey(forced))
        {
            throw ApiException.Invalid($"tool_choice names {forced}, which is not among the tools: {string.Join(", ", functions.Keys)}.", "tool_choice");
        }

        var isParallel = fields.Flag("parallel_tool_calls") ?? true;
        return mode == "none"
            ? new ToolChoice("", [], null, false, isParallel)
            : new ToolChoice(tools?.GetRawText() ?? "", functions, forced, mode != "auto", isParallel);
    }

    /// <summary>Has the answer split, and holds it to a call where one is asked for.</summary>
    public void Apply(GenerationConfig config)
    {
        config.Split = new AnswerSplit { SingleCall = !_isParallel };
        if (_isRequired)
        {
            config.ResponseFormat = new ResponseFormat { JsonSchema = CallSchema.Of(_functions, _forced) };
            config.Split.ForcedCall = _forced ?? (_functions.Count == 1 ? _functions.Keys.First() : "");
        }
    }

    private static (string Name, JsonElement? Parameters) FunctionOf(JsonElement tool, string path)
    {
        if (tool.ValueKind != JsonValueKind.Object)
        {
            throw ApiException.Invalid($"{path} has to be an object, got {BodyFields.Describe(tool)}.", path);
        }

        var fields = new BodyFields(tool, path);
        if (fields.RequiredText("type") is var type and not "function")
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest, ErrorCodes.UnsupportedFeature, $"{path} is a tool of the type {type}; only functions can be called.", path);
        }

        var function = fields.Object("function") ?? throw ApiException.Invalid($"{path}.function is missing.", $"{path}.function");
        var parameters = function.Object("parameters")?.Element;
        return parameters is not { } schema || CallSchema.AllowsObject(schema)
            ? (function.RequiredText("name"), parameters)
            : throw ApiException.Invalid(
                $"{path}.function.parameters has to be a schema of objects, got the type {schema.GetProperty("type").GetRawText()}.",
                $"{path}.function.parameters");
    }

    private static (string Mode, string? Function) ModeOf(BodyFields fields)
    {
        switch (fields.Find("tool_choice"))
        {
            case null:
                return ("auto", null);
            case { ValueKind: JsonValueKind.String } word when word.GetString() is "none" or "auto" or "required":
                return (word.GetString()!, null);
            case { ValueKind: JsonValueKind.Object }:
                var function = fields.Object("tool_choice")!.Value.Object("function")
                    ?? throw ApiException.Invalid("tool_choice.function is missing.", "tool_choice.function");
                return ("function", function.RequiredText("name"));
            case { } other:
                throw fields.Wrong("tool_choice", "none, auto, required or an object that names a function", other);
        }
    }
}
