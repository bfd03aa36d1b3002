using System.Text.RegularExpressions;

namespace LmDeploy.Cli.Input;

/// <summary>Says of a setting that the client refuses what is wrong with it, by the name that the user gave it.</summary>
internal static partial class SettingError
{
    /// <summary>The message for a field or a flag that goes by another name than the member that refuses it.</summary>
    public static string Text(ArgumentException e, string name)
    {
        var text = e.Message.Split(" (Parameter", 2)[0];
        return e.ParamName is { Length: > 0 } member && text.StartsWith(member, StringComparison.Ordinal) ? name + text[member.Length..] : text;
    }

    /// <summary>The message for a flag that goes by the name of the member: <c>--top-p</c> for <c>TopP</c>.</summary>
    public static UsageException OfFlag(ArgumentException e) => OfFlag(e, FlagOf(e.ParamName ?? ""));

    public static UsageException OfFlag(ArgumentException e, string flag) => new(Text(e, flag), e);

    private static string FlagOf(string member) => $"--{Capital().Replace(member, "-$1").ToLowerInvariant()}";

    [GeneratedRegex("(?<!^)([A-Z])")]
    private static partial Regex Capital();
}
