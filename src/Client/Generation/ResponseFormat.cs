using LmDeploy.Validation;

namespace LmDeploy;

/// <summary>
/// What an answer looks like: tokens that would not fit are not taken. An answer that <see cref="GenerationConfig.MaxNewTokens"/> ends is the beginning of
/// one that fits. Immutable.
/// </summary>
public sealed record ResponseFormat
{
    private ResponseFormat(string type, string text)
    {
        Type = type;
        Text = text;
    }

    /// <summary>LMDeploy's name: json_object, json_schema or regex_schema.</summary>
    internal string Type { get; }

    /// <summary>The schema or the regular expression.</summary>
    internal string Text { get; }

    /// <summary>Any JSON object.</summary>
    public static ResponseFormat Json() => new("json_object", "");

    /// <summary>JSON that fits a schema, which may be in OpenAI's form, with a name beside it.</summary>
    /// <param name="schema">The schema as JSON. What cannot be honoured makes the answer an error with the code <c>invalid_request</c>.</param>
    public static ResponseFormat JsonSchema(string schema) => new("json_schema", Ensure.Sendable(schema));

    /// <summary>Text the whole of which a regular expression matches.</summary>
    /// <param name="pattern">Without lookaround and backreferences; what cannot be honoured makes the answer an error with the code <c>invalid_request</c>.</param>
    public static ResponseFormat Regex(string pattern) => new("regex_schema", Ensure.Sendable(pattern));
}
