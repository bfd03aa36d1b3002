namespace LmDeploy.Evaluation.Scorers;

internal sealed class ContainsScorer(bool ignoreCase) : ExpectedScorer
{
    public override string Name => ignoreCase ? "contains_ignore_case" : "contains";

    protected override ItemScore Score(string answer, IReadOnlyList<string> expected)
    {
        var found = expected.FirstOrDefault(text => IsIn(answer, text.Trim()));
        return new ItemScore(found is null ? 0 : 1) { Detail = found };
    }

    /// <summary>Nothing is in every text, so that an empty expected answer takes an empty one.</summary>
    private bool IsIn(string answer, string text) => text.Length == 0
        ? string.IsNullOrWhiteSpace(answer)
        : answer.Contains(text, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
}
