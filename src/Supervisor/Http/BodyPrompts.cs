using System.Text.Json;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http;

/// <summary>
/// Reads a field that is a text, an array of token ids, or several of either, as OpenAI's <c>prompt</c> and <c>input</c> are. No chat template is used for
/// them.
/// </summary>
internal static class BodyPrompts
{
    private const string Expected = "a string, an array of strings, an array of token ids or an array of those";

    public static IReadOnlyList<Prompt> Read(BodyFields fields, string name)
    {
        if (fields.Find(name) is not { } value)
        {
            throw ApiException.Invalid($"{name} is missing: it has to be {Expected}.", name);
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => [Text(value)],
            JsonValueKind.Array when value.GetArrayLength() == 0 => throw ApiException.Invalid($"{name} is empty: it has to be {Expected}.", name),
            JsonValueKind.Array when value[0].ValueKind == JsonValueKind.Number => [Ids(fields, value, name)],
            JsonValueKind.Array => [.. value.EnumerateArray().Select((item, i) => item.ValueKind switch
            {
                JsonValueKind.String => Text(item),
                JsonValueKind.Array => Ids(fields, item, $"{name}[{i}]"),
                _ => throw fields.Wrong($"{name}[{i}]", "a string or an array of token ids", item),
            })],
            _ => throw fields.Wrong(name, Expected, value),
        };
    }

    private static Prompt Text(JsonElement text) => new() { Text = text.GetString()!, Raw = true };

    private static Prompt Ids(BodyFields fields, JsonElement ids, string path)
    {
        var prompt = new Prompt { TokenIds = new TokenIds() };
        prompt.TokenIds.Ids.Capacity = ids.GetArrayLength();
        var i = 0;
        foreach (var id in ids.EnumerateArray())
        {
            prompt.TokenIds.Ids.Add(
                id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var number) ? number : throw fields.Wrong($"{path}[{i}]", "a token id", id));
            i++;
        }

        return prompt;
    }
}
