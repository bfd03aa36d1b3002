namespace LmDeploy.Evaluation;

internal sealed class ExactScorer : AnswerScorer
{
    public override string Name => "exact";

    protected override ValueTask<ItemScore> ScoreAsync(DatasetItem item, Response answer, CancellationToken cancellationToken)
        => new(item.Expected.Count == 0
            ? ItemScore.NotScored("nothing is expected")
            : new ItemScore(item.Expected.Any(expected => answer.Text.Trim() == expected.Trim()) ? 1 : 0));
}
