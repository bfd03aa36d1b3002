using System.Text.RegularExpressions;

namespace LmDeploy.Text.Answers;

/// <summary>
/// What stands before a message of the <see cref="HarmonyFormat"/>: <c>&lt;|start|&gt;ROLE to=RECIPIENT&lt;|channel|&gt;CHANNEL to=RECIPIENT
/// &lt;|constrain|&gt;json</c>, each part but the channel optional.
/// </summary>
/// <param name="IsReasoning">Whether the message is thought.</param>
/// <param name="Function">The function that it is for; empty for none.</param>
internal sealed partial record HarmonyHeader(bool IsReasoning, string Function)
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

    public static HarmonyHeader Parse(string header)
    {
        var function = RecipientPattern().Match(header).Groups[1].Value;
        return new HarmonyHeader(
            AnalysisPattern().IsMatch(header), function.StartsWith(Functions, StringComparison.Ordinal) ? function[Functions.Length..] : function);
    }

    [GeneratedRegex(@"\bto=([^\s<]+)")]
    private static partial Regex RecipientPattern();

    [GeneratedRegex(@"<\|channel\|>\s*analysis\b")]
    private static partial Regex AnalysisPattern();
}
