using System.Text.RegularExpressions;

namespace LmDeploy.Text.Answers;

/// <summary>
/// What stands before a message of the <see cref="HarmonyFormat"/>: <c>&lt;|start|&gt;ROLE to=RECIPIENT&lt;|channel|&gt;CHANNEL to=RECIPIENT
/// &lt;|constrain|&gt;json</c>, each part but the channel optional.
/// </summary>
/// <param name="IsReasoning">Whether the message is thought.</param>
/// <param name="Function">The function that it is for; empty for none.</param>
/// <param name="Stray">What is no part of a header; empty in one that keeps to the format.</param>
internal sealed partial record HarmonyHeader(bool IsReasoning, string Function, string Stray)
{
    private const string Functions = "functions.";
    private const string Recipient = "to=";

    private static readonly string[] _beginnings = [HarmonyFormat.Start, HarmonyFormat.Channel, HarmonyFormat.Message, Recipient];

    /// <summary>Whether a text begins with a header.</summary>
    /// <returns>Null while that cannot be told.</returns>
    public static bool? Begins(string text) =>
        _beginnings.Any(word => text.StartsWith(word, StringComparison.Ordinal)) ? true
        : _beginnings.Any(word => word.StartsWith(text, StringComparison.Ordinal)) ? null
        : false;

    /// <summary>A header that the answer breaks off in, without the field that it breaks off in.</summary>
    public static string WithoutBrokenField(string header) => BrokenFieldPattern().Replace(header, "");

    public static HarmonyHeader Parse(string header)
    {
        var function = RecipientPattern().Match(header).Groups[1].Value;
        return new HarmonyHeader(
            AnalysisPattern().IsMatch(header),
            function.StartsWith(Functions, StringComparison.Ordinal) ? function[Functions.Length..] : function,
            FieldPattern().Replace(header, "").Trim());
    }

    [GeneratedRegex(@"(<\|(start|channel|constrain)\|>|\bto=)\s*[A-Za-z_.]*$|<[|a-z>]*$")]
    private static partial Regex BrokenFieldPattern();

    [GeneratedRegex(@"\bto=([^\s<]+)")]
    private static partial Regex RecipientPattern();

    /// <summary>The fields of a header, each with the word before it; then words without a field.</summary>
    [GeneratedRegex(
        @"<\|start\|>\s*(assistant|user|system|developer|tool)\b|<\|channel\|>\s*(analysis|commentary|final)\b(\s+json\b)?|"
        + @"<\|constrain\|>\s*[A-Za-z]+\b|\bto=[^\s<]+|<\|(start|channel|constrain)\|>|^\s*(assistant|user|system|developer|tool)\b")]
    private static partial Regex FieldPattern();

    [GeneratedRegex(@"<\|channel\|>\s*analysis\b")]
    private static partial Regex AnalysisPattern();
}
