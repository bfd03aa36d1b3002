using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace LmDeploy.Text.Templates;

/// <summary>Source-generated, because reflection costs start-up time.</summary>
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class TemplateJson : JsonSerializerContext
{
    /// <summary>Writes text as it is, without escapes that only HTML needs.</summary>
    public static JsonSerializerOptions Relaxed { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
