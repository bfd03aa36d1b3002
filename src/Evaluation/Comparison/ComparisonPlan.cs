namespace LmDeploy.Evaluation.Comparison;

/// <summary>A validated comparison with its defaults filled in: models and scorers with unique names.</summary>
internal sealed record ComparisonPlan(IReadOnlyList<PlannedModel> Models, Dataset Dataset, IReadOnlyList<Scorer> Scorers, ComparisonOptions Options)
{
    /// <summary>How questions are answered: thoughts are told apart from the answer, calls are left in it.</summary>
    public GenerationConfig Generation => Options.Generation with { SplitReasoning = true };

    /// <summary>Without scorers speed is all there is to compare, and answers are what it is measured by; a judge reads them too.</summary>
    public bool NeedsAnswers => Scorers.Count == 0 || Options.Judge is not null || Scorers.Any(scorer => scorer.NeedsAnswers);

    /// <summary>The judge; null where there are no answers of two models to compare.</summary>
    public PlannedModel? Judge => Options.Judge is { } judge && Models.Count > 1
        ? new PlannedModel(JudgeRun.Name, judge.Model, (judge.Engine ?? Options.Engine) with { Name = JudgeRun.Name })
        : null;

    /// <exception cref="ArgumentException">There is no model, a scorer's name occurs twice, or a question cannot be followed up.</exception>
    public static ComparisonPlan Of(IEnumerable<ComparedModel> models, Dataset dataset, ComparisonOptions options)
    {
        List<ComparedModel> compared = [.. models];
        if (compared.Count == 0 || compared.Exists(model => model is null))
        {
            throw new ArgumentException("A comparison needs at least one model, and none of them may be null.", nameof(models));
        }

        var scorers = options.Scorers ?? dataset.Scorers;
        if (scorers.GroupBy(scorer => scorer.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"The scorer {twice.Key} is there {twice.Count()} times: names have to differ.", nameof(options));
        }

        if (dataset.Items.FirstOrDefault(
            item => item.FollowUps.Count > 0 && item.Prompt is not ({ Text: not null, Raw: false } or { MessagesJson: not null })) is { } lonely)
        {
            throw new ArgumentException(
                $"The question {lonely.Id} has follow-ups, which need a text or a conversation before them that is rendered by the chat template.",
                nameof(dataset));
        }

        var names = new HashSet<string>(options.Judge is null ? [] : [JudgeRun.Name], StringComparer.Ordinal);
        return new ComparisonPlan([.. compared.Select(model => PlannedModel.Of(model, options, names))], dataset, scorers, options);
    }
}
