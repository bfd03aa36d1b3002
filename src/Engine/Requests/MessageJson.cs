using System.Text.Json.Serialization;

namespace LmDeploy.Engine.Requests;

/// <summary>The message that plain text becomes.</summary>
internal sealed record UserMessage([property: JsonPropertyName("content")] string Content)
{
    [JsonPropertyName("role")]
    public string Role { get; init; } = "user";
}

/// <summary>Source-generated, because reflection costs start-up time.</summary>
[JsonSerializable(typeof(UserMessage[]))]
internal sealed partial class MessageJson : JsonSerializerContext;
