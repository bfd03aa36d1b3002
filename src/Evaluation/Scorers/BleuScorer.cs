namespace LmDeploy.Evaluation.Scorers;

/// <summary>
/// BLEU of single texts as <c>sentence_bleu</c> of sacreBLEU computes it (Papineni et al. 2002; smoothing: method 3 of Chen and Cherry 2014).
/// </summary>
internal sealed class BleuScorer : ExpectedScorer
{
    private const int LongestGram = 4;

    public override string Name => "bleu";

    protected override ItemScore Score(string answer, IReadOnlyList<string> expected)
    {
        var tokens = BleuTokens.Of(answer);
        string[][] references = [.. expected.Select(BleuTokens.Of)];
        int[] matches = [.. Enumerable.Range(1, LongestGram).Select(length => Matches(tokens, references, length))];
        if (matches.Sum() == 0)
        {
            return new ItemScore(0);
        }

        var (logs, orders, smoothing) = (0d, 0, 1d);
        for (; orders < Math.Min(LongestGram, tokens.Length); orders++)
        {
            var count = tokens.Length - orders;
            smoothing *= matches[orders] == 0 ? 2 : 1;
            logs += Math.Log(matches[orders] == 0 ? 1 / (smoothing * count) : (double)matches[orders] / count);
        }

        return new ItemScore(Math.Exp(Math.Min(0, 1 - ((double)ClosestLength(tokens.Length, references) / tokens.Length)) + (logs / orders)));
    }

    /// <summary>How many of the answer's n-grams are in a reference, each at most as often as in the one that has it most often.</summary>
    private static int Matches(string[] tokens, string[][] references, int length)
    {
        var most = references.Select(reference => Count(reference, length)).ToArray();
        return Count(tokens, length).Sum(gram => Math.Min(gram.Value, most.Max(counts => counts.GetValueOrDefault(gram.Key))));
    }

    private static Dictionary<string, int> Count(string[] tokens, int length)
        => Enumerable.Range(0, Math.Max(0, tokens.Length - length + 1)).CountBy(i => string.Join(' ', tokens, i, length)).ToDictionary(StringComparer.Ordinal);

    /// <summary>The length of the reference that is nearest to it; of two that are as near, the shorter one's.</summary>
    private static int ClosestLength(int length, string[][] references)
        => references.Select(reference => reference.Length).OrderBy(other => Math.Abs(other - length)).ThenBy(other => other).First();
}
