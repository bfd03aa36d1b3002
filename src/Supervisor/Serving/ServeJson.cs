using System.Text.Json.Serialization;

namespace LmDeploy.Supervisor.Serving;

/// <summary>How <see cref="ServeOptions"/> are written.</summary>
[JsonSerializable(typeof(ServeOptions))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
internal sealed partial class ServeJson : JsonSerializerContext;
