using System.Text.Json.Serialization;

namespace LmDeploy.Worker.Templates;

/// <summary>Source-generated, because reflection costs start-up time.</summary>
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(bool))]
internal sealed partial class TemplateJson : JsonSerializerContext;
