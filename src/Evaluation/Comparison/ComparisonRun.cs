using LmDeploy.Evaluation.Comparison.Journal;
using LmDeploy.Evaluation.Statistics;

namespace LmDeploy.Evaluation.Comparison;

/// <summary>One comparison from its first model to its result.</summary>
internal sealed class ComparisonRun(ComparisonPlan plan, IProgress<ComparisonProgress>? progress)
{
    /// <summary>The prefetch of the next model into the page cache.</summary>
    public Func<string, CancellationToken, Task> Prefetch { get; init; } = Pipeline.PrefetchAsync;

    public async Task<ComparisonResult> RunAsync(CancellationToken cancellationToken)
    {
        var options = plan.Options;
        var check = new ModelCheck(options, progress);
        var isNew = options.StateFile is null || !File.Exists(options.StateFile);
        if (isNew)
        {
            // Before there is a state file: it would belong to the folders as they are, and a refused one has to be changed.
            await check.RunAsync(plan.Models, plan.Judge, cancellationToken).ConfigureAwait(false);
        }

        using var journal = ComparisonJournal.Open(options.StateFile, ComparisonFingerprint.Of(plan), options.TimeProvider);
        var records = plan.Models.Select(model => journal.RecordOf(model.Name)).ToList();
        var judge = options.Judge is { } judging ? new JudgeRun(plan, judging, journal, progress) : null;
        if (!records.TrueForAll(record => record.IsComplete(plan)) || judge?.IsComplete == false)
        {
            var open = plan.Models.Where(model => !journal.RecordOf(model.Name).IsComplete(plan)).ToList();
            if (!isNew)
            {
                await check.RunAsync(open, plan.Judge, cancellationToken).ConfigureAwait(false);
            }

            journal.Append(new JournalEntry.Machine(
                await ComparisonHost.ReadAsync(options.Supervisor ?? Supervisor.Shared, cancellationToken).ConfigureAwait(false)));
            await using var memory = MemoryWatch.Start(plan, journal);
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.SideBySide, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(
                open.Zip(FoldersAfter(open)),
                parallel,
                async (pair, token) =>
                {
                    var (model, folder) = pair;
                    await using var next = new NextModel(folder, Prefetch, token);
                    await new ModelRun(plan, model, journal.RecordOf(model.Name), next, journal, progress).RunAsync(token).ConfigureAwait(false);
                }).ConfigureAwait(false);
            await (judge?.RunAsync(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        }

        var statistics = new ScoreStatistics(options.Confidence, options.Resamples, options.Seed);
        var outcomes = plan.Models.Zip(records, (model, record) => record.ToOutcome(plan, model, statistics)).ToList();
        return new ComparisonResult
        {
            Dataset = plan.Dataset.Name,
            LeftOut = plan.Dataset.LeftOut,
            Scorers = [.. plan.Scorers.Select(scorer => scorer.Name)],
            Models = outcomes,
            Differences = [.. Differences(outcomes, statistics)],
            Memory = journal.Memory,
            Confidence = options.Confidence,
            Started = journal.Started,
            Host = journal.Host,
            Generation = options.Generation,
            Judge = plan.Judge?.Path,
            Judgements = [.. judge?.Judgements(statistics) ?? []],
            JudgeReceipt = judge?.Receipt,
            JudgeError = judge?.Error,
        };
    }

    /// <summary>For each model the folder that is loaded when it is gone; null for none and for its own, and where they run side by side.</summary>
    private IEnumerable<string?> FoldersAfter(List<PlannedModel> models)
    {
        var readsAhead = plan.Options.SideBySide == 1 && plan.Options.Supervisor?.IsRemote != true;
        return models.Zip(
            models.Skip(1).Select(model => model.Path).Append(plan.Judge?.Path),
            (model, next) => readsAhead && next is not null && Path.GetFullPath(next) != Path.GetFullPath(model.Path) ? next : null);
    }

    private IEnumerable<ModelDifference> Differences(List<ModelOutcome> outcomes, ScoreStatistics statistics) =>
        from scorer in plan.Scorers
        from first in Enumerable.Range(0, outcomes.Count)
        from second in Enumerable.Range(first + 1, outcomes.Count - first - 1)
        let pairs = Pairs(outcomes[first], outcomes[second], scorer.Name)
        where pairs.Count > 0
        select new ModelDifference
        {
            First = outcomes[first].Name,
            Second = outcomes[second].Name,
            Scorer = scorer.Name,
            Difference = statistics.Compare([.. pairs.Select(pair => pair.First)], [.. pairs.Select(pair => pair.Second)], scorer.Summary),
        };

    private static List<(ItemScore First, ItemScore Second)> Pairs(ModelOutcome first, ModelOutcome second, string scorer)
    {
        var others = second.Items
            .Where(item => item.Scores.ContainsKey(scorer))
            .ToDictionary(item => item.Item.Id, item => item.Scores[scorer], StringComparer.Ordinal);
        return [.. first.Items
            .Where(item => item.Scores.ContainsKey(scorer) && others.ContainsKey(item.Item.Id))
            .Select(item => (item.Scores[scorer], others[item.Item.Id]))];
    }
}
