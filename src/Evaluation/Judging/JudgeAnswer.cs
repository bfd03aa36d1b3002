using System.Text.RegularExpressions;

namespace LmDeploy.Evaluation.Judging;

/// <summary>Reads a judge's answer.</summary>
internal static partial class JudgeAnswer
{
    /// <summary>The last verdict in it counts: before that a judge may speak of the others.</summary>
    public static JudgeVerdict Parse(string answer) => Verdict().Matches(answer).LastOrDefault()?.Groups[1].Value switch
    {
        "A" => JudgeVerdict.A,
        "B" => JudgeVerdict.B,
        "C" => JudgeVerdict.Tie,
        _ => JudgeVerdict.None,
    };

    [GeneratedRegex(@"\[\[\s?([ABC])\s?\]\]")]
    private static partial Regex Verdict();
}
