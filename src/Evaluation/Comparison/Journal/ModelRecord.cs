using LmDeploy.Evaluation.Statistics;

namespace LmDeploy.Evaluation.Comparison.Journal;

/// <summary>What is known about one model of a comparison. Written by the journal; its model's run alone reads it meanwhile.</summary>
internal sealed class ModelRecord
{
    private readonly Dictionary<string, JournalEntry.Answer> _answers = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Scorer, string Item), ItemScore> _scores = [];
    private ModelInfo? _info;
    private TimeSpan? _loadTime;
    private ReclaimReceipt? _receipt;
    private IReadOnlyList<WorkerFailure> _crashes = [];
    private TimeSpan _before;
    private TimeSpan _now;

    /// <summary>The times of single requests; null until they were made.</summary>
    public IReadOnlyList<TimeSpan>? FirstTokens { get; private set; }

    /// <summary>What ended it early; null when nothing did.</summary>
    public ComparisonError? Error { get; private set; }

    public bool HasAnswered(string item) => _answers.ContainsKey(item);

    public bool HasScored(string scorer, string item) => _scores.ContainsKey((scorer, item));

    /// <summary>Whether there is nothing left to do, giving back its memory included.</summary>
    public bool IsComplete(ComparisonPlan plan) => _receipt is not null
        && (!plan.NeedsAnswers || (FirstTokens is not null && plan.Dataset.Items.All(item => HasAnswered(item.Id))))
        && plan.Scorers.All(scorer => plan.Dataset.Items.All(item => HasScored(scorer.Name, item.Id)));

    /// <summary>The first thing that goes wrong counts.</summary>
    public void Fail(LmDeployException e) => Error ??= ComparisonError.From(e);

    public AnsweredItem ToAnswered(DatasetItem item)
        => new(item, _answers.TryGetValue(item.Id, out var answer) ? [.. answer.Answers.Select(record => record.ToResponse())] : []);

    /// <summary>A model that is loaded again goes on; the time that it answered before counts too.</summary>
    public void Take(JournalEntry.Loaded loaded)
    {
        (_info, _loadTime, _receipt) = (loaded.Info, loaded.LoadTime, null);
        _before += _now;
        _now = TimeSpan.Zero;
    }

    public void Take(JournalEntry.Answer answer)
    {
        _answers[answer.Item] = answer;
        _now = answer.At > _now ? answer.At : _now;
    }

    public void Take(JournalEntry.FirstTokens firstTokens) => FirstTokens = firstTokens.Times;

    public void Take(JournalEntry.Scores scores)
    {
        foreach (var (item, score) in scores.Items)
        {
            _scores[(scores.Scorer, item)] = score;
        }
    }

    public void Take(JournalEntry.Closed closed)
    {
        _receipt = closed.Receipt;
        _crashes = [.. _crashes, .. closed.Crashes];
    }

    public ModelOutcome ToOutcome(ComparisonPlan plan, PlannedModel model, ScoreStatistics statistics)
    {
        List<ItemOutcome> items = [.. plan.Dataset.Items.Select(item => ToOutcome(plan, item)).Where(item => item.Answers.Count > 0 || item.Scores.Count > 0)];
        var scored = plan.Scorers.Where(scorer => plan.Dataset.Items.All(item => HasScored(scorer.Name, item.Id))).ToList();
        return new ModelOutcome { Name = model.Name, Path = model.Path, Info = _info,
            LoadTime = _loadTime,
            Items = items,
            Metrics = scored.ToDictionary(scorer => scorer.Name, scorer => Summarize(plan.Dataset.Items, scorer)),
            MetricsByCategory = plan.Dataset.Items.All(item => item.Category.Length == 0)
                ? new Dictionary<string, IReadOnlyDictionary<string, Metric>>()
                : scored.ToDictionary(
                    scorer => scorer.Name,
                    scorer => (IReadOnlyDictionary<string, Metric>)new SortedDictionary<string, Metric>(
                        plan.Dataset.Items.GroupBy(item => item.Category).ToDictionary(group => group.Key, group => Summarize(group, scorer)),
                        StringComparer.Ordinal)),
            Speed = Speed(),
            Receipt = _receipt,
            Crashes = _crashes,
            Error = Error, };

        Metric Summarize(IEnumerable<DatasetItem> some, Scorer scorer) =>
            statistics.Summarize([.. some.Select(item => _scores[(scorer.Name, item.Id)])], scorer.Summary);
    }

    private ItemOutcome ToOutcome(ComparisonPlan plan, DatasetItem item)
    {
        var answer = _answers.GetValueOrDefault(item.Id);
        return new ItemOutcome { Item = item, Answers = ToAnswered(item).Answers,
            TimeToFirstToken = answer?.FirstToken,
            Latency = answer?.Latency,
            Scores = plan.Scorers.Where(scorer => HasScored(scorer.Name, item.Id)).ToDictionary(scorer => scorer.Name, scorer => _scores[(scorer.Name, item.Id)]), };
    }

    private ModelSpeed? Speed()
    {
        if (_answers.Count == 0)
        {
            return null;
        }

        var tokens = _answers.Values.Sum(answer => answer.Answers.Sum(turn => turn.TokenIds.Count));
        return new ModelSpeed { TimeToFirstToken = Median(FirstTokens), TokensPerSecond = tokens / (_before + _now).TotalSeconds };
    }

    private static TimeSpan? Median(IReadOnlyList<TimeSpan>? times)
    {
        if (times is null or { Count: 0 })
        {
            return null;
        }

        List<TimeSpan> sorted = [.. times.Order()];
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
