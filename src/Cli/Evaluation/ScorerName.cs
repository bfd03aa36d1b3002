using LmDeploy.Evaluation;

namespace LmDeploy.Cli.Evaluation;

/// <summary>Scorers by the names that <c>--scorer</c> takes.</summary>
internal static class ScorerName
{
    private const string Regex = "regex:";

    private static readonly Dictionary<string, Scorer> _scorers = new(StringComparer.Ordinal)
    {
        ["exact"] = Scorer.Exact,
        ["contains"] = Scorer.Contains(ignoreCase: true),
        ["numeric"] = Scorer.Numeric(),
        ["multiple-choice"] = Scorer.MultipleChoice,
        ["multiple-choice-normalized"] = Scorer.MultipleChoiceNormalized,
        ["perplexity"] = Scorer.Perplexity,
        ["bleu"] = Scorer.Bleu,
        ["rouge-l"] = Scorer.RougeL,
    };

    public static string All { get; } = $"{string.Join(", ", _scorers.Keys)} or {Regex}PATTERN";

    /// <exception cref="UsageException">There is no such scorer.</exception>
    public static Scorer Find(string name)
    {
        try
        {
            return name.StartsWith(Regex, StringComparison.Ordinal) && name.Length > Regex.Length ? Scorer.Regex(name[Regex.Length..])
                : _scorers.TryGetValue(name, out var scorer) ? scorer
                : throw new UsageException($"There is no scorer {name}: expected {All}.");
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--scorer {name}: {e.Message}", e);
        }
    }
}
