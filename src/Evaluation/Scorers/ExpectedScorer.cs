namespace LmDeploy.Evaluation.Scorers;

/// <summary>A scorer that compares an answer's text with the expected ones, and cannot without any.</summary>
internal abstract class ExpectedScorer : AnswerScorer
{
    /// <param name="answer">What was answered.</param>
    /// <param name="expected">What was expected, one text or more.</param>
    protected abstract ItemScore Score(string answer, IReadOnlyList<string> expected);

    protected sealed override ValueTask<ItemScore> ScoreAsync(DatasetItem item, Response answer, CancellationToken cancellationToken)
        => new(item.Expected.Count == 0 ? ItemScore.NotScored("The question has no expected answer.") : Score(answer.Text, item.Expected));
}
