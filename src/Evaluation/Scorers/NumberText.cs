using System.Globalization;
using System.Text.RegularExpressions;

namespace LmDeploy.Evaluation.Scorers;

/// <summary>A number as a text has it.</summary>
/// <param name="Value">The number; of a percentage what stands before the sign.</param>
/// <param name="IsPercentage">Whether a percent sign follows.</param>
/// <param name="Text">How it is written.</param>
internal sealed partial record NumberText(double Value, bool IsPercentage, string Text)
{
    private const string FinalMark = "####";

    /// <summary>
    /// The first number that is alone on a line after <c>####</c>, as GSM8K marks results, or else the last one of the text; null when there is none.
    /// </summary>
    public static NumberText? Find(string text)
        => text.Split('\n').Select(FindMarked).FirstOrDefault(number => number is not null) ?? FindAll(text).LastOrDefault();

    /// <summary>Whether two numbers are no further apart than the tolerance; where only one is a percentage, it may also be meant as its hundredth.</summary>
    public bool IsNear(NumberText other, double tolerance)
    {
        return IsWithin(Value, other.Value)
            || (IsPercentage && !other.IsPercentage && IsWithin(Value / 100, other.Value))
            || (!IsPercentage && other.IsPercentage && IsWithin(Value, other.Value / 100));

        bool IsWithin(double one, double another) => Math.Abs(one - another) <= tolerance;
    }

    private static NumberText? FindMarked(string line)
    {
        var mark = line.IndexOf(FinalMark, StringComparison.Ordinal);
        var rest = mark < 0 ? "" : line[(mark + FinalMark.Length)..];
        var number = FindAll(rest).FirstOrDefault();
        return number is not null && !rest.Remove(rest.IndexOf(number.Text, StringComparison.Ordinal), number.Text.Length).Any(char.IsLetterOrDigit)
            ? number
            : null;
    }

    private static IEnumerable<NumberText> FindAll(string text) => Number().Matches(text).Select(Read).OfType<NumberText>();

    private static NumberText? Read(Match match)
    {
        var groups = match.Groups;
        var value = groups["over"].Success ? Fraction(groups["over"], groups["under"])
            : groups["top"].Success ? Fraction(groups["top"], groups["bottom"])
            : Parse(groups["number"].Value);
        value += groups["whole"].Success ? Parse(groups["whole"].Value) : 0;
        return double.IsFinite(value) ? new NumberText(groups["minus"].Success ? -value : value, groups["percent"].Success, match.Value) : null;
    }

    private static double Fraction(Group over, Group under) => Parse(over.Value) / Parse(under.Value);

    private static double Parse(string digits)
        => double.Parse(
            string.Concat(digits.Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '+' or '-')), NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>
    /// A minus sign and a currency may come first, but no letter or digit: neither that of <c>m2</c> nor the difference 5-3 is a number of its own. Then comes
    /// \frac{3}{4}, 3/4, 1 1/2, or digits with or without thousands separators (comma, also as LaTeX has it, or a
    /// space that does not break), decimals and exponent.
    /// </summary>
    [GeneratedRegex(
        """
        (?<![\p{L}\p{N}_]\.?)
        (?: (?<minus>[-\u2212]) [$€£¥₹]? | [$€£¥₹] (?<minus>[-\u2212])? )?
        (?: \\[dt]?frac\s?\{ (?<over>[0-9]+) \}\s?\{ (?<under>[0-9]+) \}
          | (?<!/) (?: (?<whole>[0-9]+) [ ] (?=[0-9]+/) )? (?<top>[0-9]+) \s?/\s? (?<bottom>[0-9]+) (?![/.,]?[0-9])
          | (?<number> (?: [0-9]{1,3} (?: (?: \{?,\}? | \\, | [\u00A0\u202F\u2009] ) [0-9]{3} )+ (?![0-9]) | [0-9]+ )
              (?: \.[0-9]+ )? (?: [eE][-+]?[0-9]+ )? | \.[0-9]+ )
        )
        (?<percent> \s? \\?% )?
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Number();
}
