namespace LmDeploy.Evaluation.Scorers;

internal sealed class PerplexityScorer : Scorer
{
    public override string Name => "perplexity";

    public override ScoreSummary Summary => ScoreSummary.Perplexity;

    public override bool NeedsAnswers => false;

    public override async Task<IReadOnlyList<ItemScore>> ScoreAsync(Pipeline model, IReadOnlyList<AnsweredItem> items, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(items);
        var inputs = items
            .Where(item => item.Item.Expected.Count > 0)
            .Select(item => new ScoreInput(item.Item.Prompt, Continuation.FromAnswer(item.Item.Expected[0])));
        var results = new Queue<ScoreResult>(await model.ScoreAsync(inputs, cancellationToken).ConfigureAwait(false));
        return [
            .. items.Select(item => item.Item.Expected.Count == 0 ? ItemScore.NotScored("The question has no expected answer.") : Score(results.Dequeue())),
        ];
    }

    private static ItemScore Score(ScoreResult result)
        => result.ErrorCode is { } code ? ItemScore.NotScored($"{code}: {result.ErrorMessage}")
        : result.Logprobs.Count == 0 ? ItemScore.NotScored("The expected answer has no tokens.")
        : new ItemScore(-result.Sum / result.Logprobs.Count) { Weight = result.Logprobs.Count };
}
