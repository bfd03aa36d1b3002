using LmDeploy.Validation;

namespace LmDeploy.Evaluation.Scorers;

internal sealed class NumericScorer(double tolerance) : ExpectedScorer
{
    private readonly double _tolerance = Ensure.AtLeast(tolerance, 0, nameof(tolerance));

    public override string Name => _tolerance == 0 ? "numeric" : FormattableString.Invariant($"numeric({_tolerance})");

    protected override ItemScore Score(string answer, IReadOnlyList<string> expected)
    {
        NumberText[] right = [.. expected.Select(NumberText.Find).OfType<NumberText>()];
        return right.Length == 0 ? ItemScore.NotScored("No expected answer has a number.")
            : NumberText.Find(answer) is not { } number ? new ItemScore(0) { Detail = "no number" }
            : new ItemScore(right.Any(other => number.IsNear(other, _tolerance)) ? 1 : 0) { Detail = number.Text };
    }
}
