using System.Text.Json;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;

namespace LmDeploy.Supervisor.Http;

/// <summary>Reads what a request gives to the chat template beside messages and tools: <c>chat_template_kwargs</c> and <c>reasoning_effort</c>.</summary>
internal static class TemplateArguments
{
    /// <summary>Characters of JSON. Templates ask for switches and short texts.</summary>
    public const int MostCharacters = 1 << 20;

    private const string Field = "chat_template_kwargs";
    private const string Effort = "reasoning_effort";

    /// <summary>A JSON object; empty for none.</summary>
    /// <exception cref="ApiException">They are no object and no text, or too long.</exception>
    public static string Read(BodyFields fields)
    {
        var arguments = fields.Object(Field)?.Element;
        var effort = fields.Text(Effort);
        Check(Field, arguments?.GetRawText().Length ?? 0);
        Check(Effort, effort?.Length ?? 0);
        if (effort is null)
        {
            return arguments?.GetRawText() ?? "";
        }

        var all = new Dictionary<string, JsonElement> { [Effort] = JsonSerializer.SerializeToElement(effort) };
        foreach (var argument in arguments?.EnumerateObject() ?? default)
        {
            all[argument.Name] = argument.Value;
        }

        return JsonSerializer.Serialize(all);
    }

    private static void Check(string field, int characters)
    {
        if (characters > MostCharacters)
        {
            throw ApiException.Invalid($"{field} has {characters} characters; at most {MostCharacters} are taken.", field);
        }
    }
}
