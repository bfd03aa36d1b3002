using System.Text.Json;
using System.Text.Json.Nodes;

namespace LmDeploy.Text;

/// <summary>How <see cref="ChatTemplate"/> renders. Safe for concurrent use as long as nobody changes <see cref="Variables"/>.</summary>
public sealed class ChatTemplateOptions
{
    /// <summary>Whether the prompt ends where the assistant's answer starts.</summary>
    /// <value>Default: true. transformers' <c>add_generation_prompt</c>, whose default is false.</value>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>Documents for the model to draw on, a JSON array; most templates ignore them.</summary>
    /// <value>Default: null, none.</value>
    public JsonElement? Documents { get; init; }

    /// <summary>
    /// Further variables of the template, for example <c>enable_thinking</c>. They win over special tokens and over the
    /// template's other variables of the same name.
    /// </summary>
    /// <value>Default: null, none.</value>
    public JsonObject? Variables { get; init; }

    /// <summary>The clock and time zone of <c>strftime_now</c>, which some templates write today's date with.</summary>
    /// <value>Default: <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
