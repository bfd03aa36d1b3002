namespace LmDeploy.Evaluation;

/// <summary>A scorer that looks at one answer at a time.</summary>
public abstract class AnswerScorer : Scorer
{
    /// <summary>Always true.</summary>
    public sealed override bool NeedsAnswers => true;

    /// <summary>Scores the last answer to a question, which did not fail.</summary>
    /// <param name="item">The question.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    protected abstract ValueTask<ItemScore> ScoreAsync(DatasetItem item, Response answer, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public sealed override async Task<IReadOnlyList<ItemScore>> ScoreAsync(
        Pipeline model, IReadOnlyList<AnsweredItem> items, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        var scores = new List<ItemScore>(items.Count);
        foreach (var item in items)
        {
            scores.Add(item.Answers.FirstOrDefault(answer => answer.ErrorCode is not null) is { } failed
                ? ItemScore.NotScored($"{failed.ErrorCode}: {failed.ErrorMessage}")
                : await ScoreAsync(item.Item, item.Answers[^1], cancellationToken).ConfigureAwait(false));
        }

        return scores;
    }
}
