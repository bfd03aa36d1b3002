namespace LmDeploy.Text.Guided;

/// <summary>What kind of text an answer is held to.</summary>
internal enum GuideKind
{
    /// <summary>Any text.</summary>
    None,

    /// <summary>Any JSON object.</summary>
    JsonObject,

    /// <summary>JSON that fits a schema.</summary>
    JsonSchema,

    /// <summary>What a regular expression matches.</summary>
    Regex,
}
