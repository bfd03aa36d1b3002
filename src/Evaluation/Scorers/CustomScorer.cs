namespace LmDeploy.Evaluation.Scorers;

internal sealed class CustomScorer : AnswerScorer
{
    private readonly Func<DatasetItem, Response, CancellationToken, Task<double>> _score;

    public CustomScorer(string name, Func<DatasetItem, Response, CancellationToken, Task<double>> score)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(score);
        Name = name;
        _score = score;
    }

    public override string Name { get; }

    protected override async ValueTask<ItemScore> ScoreAsync(DatasetItem item, Response answer, CancellationToken cancellationToken)
    {
        try
        {
            return new ItemScore(await _score(item, answer, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return ItemScore.NotScored($"{e.GetType().Name}: {e.Message}");
        }
    }
}
