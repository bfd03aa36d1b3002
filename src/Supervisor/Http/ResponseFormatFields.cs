using Google.Protobuf.WellKnownTypes;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http;

/// <summary>
/// Reads <c>response_format</c>: OpenAI's text, json_object and json_schema, LMDeploy's regex_schema, and vLLM's <c>guided_json</c> and <c>guided_regex</c>.
/// </summary>
internal static class ResponseFormatFields
{
    private const string Name = "response_format";

    public static ResponseFormat? Read(BodyFields fields)
    {
        if (fields.Find("guided_json") is { } schema)
        {
            return new ResponseFormat { JsonSchema = schema.ValueKind == System.Text.Json.JsonValueKind.String ? schema.GetString()! : schema.GetRawText() };
        }

        if (fields.Text("guided_regex") is { } regex)
        {
            return new ResponseFormat { RegexSchema = regex };
        }

        if (fields.Object(Name) is not { } format)
        {
            return null;
        }

        return format.RequiredText("type") switch
        {
            "text" => null,
            "json_object" => new ResponseFormat { JsonObject = new Empty() },
            "json_schema" => new ResponseFormat { JsonSchema = SchemaOf(format) },
            "regex_schema" => new ResponseFormat { RegexSchema = format.RequiredText("regex_schema") },
            var other => throw ApiException.Invalid($"{Name}.type has to be text, json_object, json_schema or regex_schema, got \"{other}\".", Name),
        };
    }

    private static string SchemaOf(BodyFields format)
    {
        var named = format.Object("json_schema")
            ?? throw ApiException.Invalid($"{Name} of type json_schema needs json_schema, an object with the schema.", $"{Name}.json_schema");

        // OpenAI wraps the schema in an object that names it; LMDeploy does not ask for the wrapping.
        return named.Has("schema") ? named.Object("schema")!.Value.Element.GetRawText() : named.Element.GetRawText();
    }
}
