using LmDeploy.Evaluation.Comparison.Journal;

namespace LmDeploy.Evaluation.Comparison;

/// <summary>Runs one model of a comparison: loads it, runs the open work and disposes it. Its errors are part of its record.</summary>
internal sealed class ModelRun(
    ComparisonPlan plan, PlannedModel model, ModelRecord record, NextModel next, ComparisonJournal journal, IProgress<ComparisonProgress>? progress)
{
    /// <summary>Questions that are scored by one call, so that a comparison which is killed loses no more.</summary>
    private const int ScoredAtOnce = 128;

    private readonly TimeProvider _time = plan.Options.TimeProvider;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            Report("loading");
            await using var pipeline = await Pipeline.CreateAsync(model.Path, model.Engine, plan.Options.Supervisor, null, cancellationToken)
                .ConfigureAwait(false);
            journal.Append(new JournalEntry.Loaded(model.Name, pipeline.Model, pipeline.LoadTime));
            next.Prefetch();
            try
            {
                await WorkAsync(pipeline, cancellationToken).ConfigureAwait(false);
            }
            catch (LmDeployException e)
            {
                record.Fail(e);
            }

            Report("closing");
            var receipt = await pipeline.CloseAsync(cancellationToken).ConfigureAwait(false);
            journal.Append(new JournalEntry.Closed(model.Name, receipt, pipeline.Failures));
        }
        catch (LmDeployException e)
        {
            record.Fail(e);
        }

        Report(record.Error is null ? "done" : "failed");
    }

    private async Task WorkAsync(Pipeline pipeline, CancellationToken cancellationToken)
    {
        if (plan.NeedsAnswers)
        {
            await AnswerAsync(pipeline, cancellationToken).ConfigureAwait(false);
            await TimeFirstTokensAsync(pipeline, cancellationToken).ConfigureAwait(false);
        }

        foreach (var scorer in plan.Scorers)
        {
            await ScoreAsync(pipeline, scorer, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(Pipeline pipeline, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var unanswered = plan.Dataset.Items.Where(item => !record.HasAnswered(item.Id)).ToList();
        var done = plan.Dataset.Items.Count - unanswered.Count;
        Report("answering", done, plan.Dataset.Items.Count);
        foreach (var batch in unanswered.Chunk(plan.Options.BatchSize))
        {
            List<OpenAnswer> open = [.. batch.Select(item => new OpenAnswer(item))];
            while (open.Count > 0)
            {
                var asked = _time.GetTimestamp();
                await foreach (var piece in pipeline
                    .StreamInferAsync([.. open.Select(answer => answer.Prompt)], plan.Generation, cancellationToken)
                    .ConfigureAwait(false))
                {
                    var answer = open[piece.Index];
                    answer.Take(piece, _time.GetElapsedTime(asked));
                    if (answer.IsFinished)
                    {
                        journal.Append(answer.ToEntry(model.Name, _time.GetElapsedTime(started)));
                        Report("answering", ++done, plan.Dataset.Items.Count);
                    }
                }

                open.RemoveAll(answer => answer.IsFinished);
            }
        }
    }

    private async Task TimeFirstTokensAsync(Pipeline pipeline, CancellationToken cancellationToken)
    {
        if (record.FirstTokens is not null)
        {
            return;
        }

        Report("timing first tokens");
        var times = new List<TimeSpan>();
        foreach (var item in plan.Dataset.Items.Take(plan.Options.FirstTokenRequests))
        {
            var started = _time.GetTimestamp();
            await foreach (var piece in pipeline
                .StreamInferAsync([item.Prompt], plan.Generation with { MaxNewTokens = 1 }, cancellationToken)
                .ConfigureAwait(false))
            {
                if (piece.GenerateTokenLen > 0)
                {
                    times.Add(_time.GetElapsedTime(started));
                    break;
                }
            }
        }

        journal.Append(new JournalEntry.FirstTokens(model.Name, times));
    }

    private async Task ScoreAsync(Pipeline pipeline, Scorer scorer, CancellationToken cancellationToken)
    {
        var done = 0;
        foreach (var some in plan.Dataset.Items.Chunk(ScoredAtOnce))
        {
            Report($"scoring by {scorer.Name}", done, plan.Dataset.Items.Count);
            if (!some.All(item => record.HasScored(scorer.Name, item.Id)))
            {
                var scores = await ScoreAsync(pipeline, scorer, [.. some.Select(record.ToAnswered)], cancellationToken).ConfigureAwait(false);
                journal.Append(new JournalEntry.Scores(model.Name, scorer.Name, some.Zip(scores).ToDictionary(pair => pair.First.Id, pair => pair.Second)));
            }

            done += some.Length;
        }
    }

    /// <exception cref="LmDeployException">Whatever a scorer throws, so that it ends this model and no other.</exception>
    private static async Task<IReadOnlyList<ItemScore>> ScoreAsync(
        Pipeline pipeline, Scorer scorer, IReadOnlyList<AnsweredItem> items, CancellationToken cancellationToken)
    {
        IReadOnlyList<ItemScore> scores;
        try
        {
            scores = await scorer.ScoreAsync(pipeline, items, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not LmDeployException && !cancellationToken.IsCancellationRequested)
        {
            throw new LmDeployException(EvaluationErrorCodes.ScorerFailed, $"The scorer {scorer.Name} failed: {e.GetType().Name}: {e.Message}", scorer.Name, e);
        }

        return scores.Count == items.Count
            ? scores
            : throw new LmDeployException(
                EvaluationErrorCodes.ScorerFailed, $"The scorer {scorer.Name} gave {scores.Count} scores for {items.Count} questions.", scorer.Name);
    }

    private void Report(string stage, int done = 0, int total = 0) =>
        progress?.Report(new ComparisonProgress { Model = model.Name, Stage = stage, Done = done, Total = total });
}
