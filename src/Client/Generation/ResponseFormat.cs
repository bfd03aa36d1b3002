using Google.Protobuf.WellKnownTypes;
using LmDeploy.Validation;

namespace LmDeploy;

/// <summary>
/// What an answer looks like: tokens that would not fit are not taken. An answer that <see cref="GenerationConfig.MaxNewTokens"/> ends is the beginning of
/// one that fits. Immutable.
/// </summary>
public sealed record ResponseFormat
{
    private readonly V1.ResponseFormat _wire;

    private ResponseFormat(V1.ResponseFormat wire) => _wire = wire;

    /// <summary>Any JSON object.</summary>
    public static ResponseFormat Json() => new(new V1.ResponseFormat { JsonObject = new Empty() });

    /// <summary>JSON that fits a schema, which may be in OpenAI's form, with a name beside it.</summary>
    /// <param name="schema">The schema as JSON. What cannot be honoured makes the answer an error with the code <c>invalid_request</c>.</param>
    /// <exception cref="ArgumentException">The schema is null or empty, or has no UTF-8 form.</exception>
    public static ResponseFormat JsonSchema(string schema) => new(new V1.ResponseFormat { JsonSchema = Ensure.Sendable(schema, nameof(schema)) });

    /// <summary>Text the whole of which a regular expression matches.</summary>
    /// <param name="pattern">Without lookaround and backreferences; what cannot be honoured makes the answer an error with the code
    /// <c>invalid_request</c>.</param>
    /// <exception cref="ArgumentException">The pattern is null or empty, or has no UTF-8 form.</exception>
    public static ResponseFormat Regex(string pattern) => new(new V1.ResponseFormat { RegexSchema = Ensure.Sendable(pattern, nameof(pattern)) });

    internal V1.ResponseFormat ToWire() => _wire.Clone();
}
