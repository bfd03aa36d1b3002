using LmDeploy.Evaluation.Comparison.Journal;
using LmDeploy.Evaluation.Judging;
using LmDeploy.Evaluation.Statistics;

namespace LmDeploy.Evaluation.Comparison;

/// <summary>Has a model judge the answers of every two models, each question in both orders; what was judged before is not judged again.</summary>
internal sealed class JudgeRun(ComparisonPlan plan, PairwiseJudge judge, ComparisonJournal journal, IProgress<ComparisonProgress>? progress)
{
    public const string Name = "judge";

    /// <summary>Questions that are judged at once.</summary>
    private const int JudgedAtOnce = 32;

    private readonly List<Pair> _pairs = [.. PairsOf(plan.Models)];

    /// <summary>Whether there is nothing left to judge.</summary>
    public bool IsComplete => Open.Count == 0;

    public ReclaimReceipt? Receipt { get; private set; }

    public ComparisonError? Error { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var open = Open;
        if (open.Count == 0)
        {
            return;
        }

        try
        {
            Report("loading", 0, 0);
            var engine = (judge.Engine ?? plan.Options.Engine) with { Name = Name };
            await using var pipeline = await Pipeline.CreateAsync(judge.Model, engine, plan.Options.Supervisor, null, cancellationToken).ConfigureAwait(false);
            try
            {
                var done = 0;
                foreach (var some in open.Chunk(JudgedAtOnce))
                {
                    Report("judging", done, open.Count);
                    await JudgeAsync(pipeline, some, cancellationToken).ConfigureAwait(false);
                    done += some.Length;
                }
            }
            catch (LmDeployException e)
            {
                Error = ComparisonError.From(e);
            }

            Receipt = await pipeline.CloseAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (LmDeployException e)
        {
            Error ??= ComparisonError.From(e);
        }
    }

    /// <summary>Of pairs that every question of was looked at.</summary>
    public IEnumerable<ModelJudgement> Judgements(ScoreStatistics statistics) =>
        from pair in _pairs
        let verdicts = plan.Dataset.Items.Select(item => VerdictOn(pair, item)).ToList()
        where verdicts.TrueForAll(verdict => verdict is not null)
        select new ModelJudgement { First = pair.First.Name, Second = pair.Second.Name, WinRate = WinRate.Of([.. verdicts.Select(verdict => verdict!.Value)], statistics) };

    /// <summary>Of models that are through with their questions: another one may have answers when the comparison is run again.</summary>
    private List<(Pair Pair, DatasetItem Item)> Open => [.. _pairs
        .Where(pair => journal.RecordOf(pair.First.Name).IsComplete(plan) && journal.RecordOf(pair.Second.Name).IsComplete(plan))
        .SelectMany(pair => plan.Dataset.Items.Select(item => (pair, item)))
        .Where(one => VerdictOn(one.pair, one.item) is null)];

    private static IEnumerable<Pair> PairsOf(IReadOnlyList<PlannedModel> models) =>
        from first in Enumerable.Range(0, models.Count)
        from second in Enumerable.Range(first + 1, models.Count - first - 1)
        select new Pair(models[first], models[second]);

    private async Task JudgeAsync(Pipeline pipeline, (Pair Pair, DatasetItem Item)[] some, CancellationToken cancellationToken)
    {
        var prompts = some.Select(one => Prompts(one.Pair, one.Item)).ToList();
        var asked = prompts.SelectMany(both => both).ToList();
        var answers = new Queue<Response>(
            await pipeline.InferAsync(asked, judge.Generation with { SplitReasoning = true }, cancellationToken).ConfigureAwait(false));
        foreach (var ((pair, item), both) in some.Zip(prompts))
        {
            var verdict = both.Length == 0
                ? PairwiseVerdict.NotJudged
                : BothOrders.Combine(JudgeAnswer.Parse(answers.Dequeue().Text), JudgeAnswer.Parse(answers.Dequeue().Text));
            journal.Append(new JournalEntry.Verdict(pair.First.Name, pair.Second.Name, item.Id, verdict));
        }
    }

    /// <summary>Both orders; nothing where an answer is missing or there is no text to show.</summary>
    private Prompt[] Prompts(Pair pair, DatasetItem item)
    {
        var (first, second) = (Answers(pair.First, item), Answers(pair.Second, item));
        return first is null
            || second is null
            || JudgePrompt.For(item, first, second, judge.Instructions) is not { } straight
            || JudgePrompt.For(item, second, first, judge.Instructions) is not { } swapped
            ? []
            : [straight.ToPrompt(), swapped.ToPrompt()];
    }

    private string[]? Answers(PlannedModel model, DatasetItem item)
    {
        var answers = journal.RecordOf(model.Name).ToAnswered(item).Answers;
        return answers.Count == item.FollowUps.Count + 1 && answers.All(answer => answer.ErrorCode is null) ? [.. answers.Select(answer => answer.Text)] : null;
    }

    private PairwiseVerdict? VerdictOn(Pair pair, DatasetItem item) => journal.VerdictOn(pair.First.Name, pair.Second.Name, item.Id);

    private void Report(string stage, int done, int total) => progress?.Report(new ComparisonProgress { Model = Name, Stage = stage, Done = done, Total = total });

    private sealed record Pair(PlannedModel First, PlannedModel Second);
}
