using System.Text.RegularExpressions;

namespace LmDeploy.Evaluation.Scorers;

/// <summary>ROUGE-L of Lin 2004 as rouge_score of google-research computes it without stemming: F1 of the longest common subsequence of words.</summary>
internal sealed partial class RougeScorer : ExpectedScorer
{
    public override string Name => "rouge_l";

    protected override ItemScore Score(string answer, IReadOnlyList<string> expected)
    {
        var words = WordsOf(answer);
        return new ItemScore(expected.Max(reference => F1(words, WordsOf(reference))));
    }

    /// <summary>Only ASCII letters and digits make words.</summary>
    private static string[] WordsOf(string text) => [.. Word().Matches(text.ToLowerInvariant()).Select(match => match.Value)];

    /// <summary>2PR / (P + R) with P = common / words and R = common / reference.</summary>
    private static double F1(string[] words, string[] reference)
        => words.Length == 0 || reference.Length == 0 ? 0 : 2d * LongestCommon(words, reference) / (words.Length + reference.Length);

    private static int LongestCommon(string[] one, string[] other)
    {
        var row = new int[other.Length + 1];
        foreach (var word in one)
        {
            var diagonal = 0;
            for (var j = 1; j < row.Length; j++)
            {
                (diagonal, row[j]) = (row[j], word == other[j - 1] ? diagonal + 1 : Math.Max(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }

    [GeneratedRegex("[a-z0-9]+")]
    private static partial Regex Word();
}
