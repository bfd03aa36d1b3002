using System.Collections.ObjectModel;
using System.Text.Json;

namespace LmDeploy.Text.Templates;

/// <summary>What a chat template is rendered with.</summary>
internal sealed record ChatTemplateInput
{
    /// <summary>The conversation: a JSON array of messages.</summary>
    public required JsonElement Messages { get; init; }

    /// <summary>The tools the model may call, a JSON array; none when null.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>Documents for the model to draw on, a JSON array; none when null.</summary>
    public JsonElement? Documents { get; init; }

    /// <summary>Whether the prompt ends where the assistant's answer starts. Default true.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>A JSON object of further variables, such as <c>enable_thinking</c>; they win over special tokens of the same name.</summary>
    public JsonElement? Arguments { get; init; }

    /// <summary>The tokenizer's special tokens by name (<c>bos_token</c>), defined as variables.</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>What <c>strftime_now</c> reads. Default: the system's clock and time zone.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Ends the rendering.</summary>
    public CancellationToken CancellationToken { get; init; }
}
