namespace LmDeploy.Text.Guided;

/// <summary>What an answer is held to.</summary>
/// <param name="Type"><c>json_object</c>, <c>json_schema</c> or <c>regex_schema</c>; empty or <c>text</c> for any text.</param>
/// <param name="Source">The schema or the expression; empty where the type says all.</param>
internal sealed record GuideFormat(string Type, string Source = "")
{
    public const string JsonSchema = "json_schema";
    public const string RegexSchema = "regex_schema";

    /// <summary>About how much memory it takes.</summary>
    public long Bytes => sizeof(char) * (long)(Type.Length + Source.Length);
}
