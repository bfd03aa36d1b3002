namespace LmDeploy.Evaluation.Scorers;

/// <summary>Takes the choice that is most probable after the prompt for the model's answer.</summary>
/// <param name="isNormalized">Whether the log-probability of a choice is divided by its length.</param>
internal sealed class ChoiceScorer(bool isNormalized) : Scorer
{
    public override string Name => isNormalized ? "acc_norm" : "acc";

    public override bool NeedsAnswers => false;

    public override async Task<IReadOnlyList<ItemScore>> ScoreAsync(Pipeline model, IReadOnlyList<AnsweredItem> items, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(items);
        var questions = items.Select(item => item.Item).Where(item => ProblemOf(item) is null);
        var inputs = questions.Select(item => new LogLikelihoodInput(item.Prompt, [.. item.Choices.Select(Continuation.FromText)]));
        var likelihoods = new Queue<IReadOnlyList<LogLikelihood>>(await model.GetLogLikelihoodAsync(inputs, cancellationToken).ConfigureAwait(false));
        return [.. items.Select(item => ProblemOf(item.Item) is { } problem ? ItemScore.NotScored(problem) : Score(item.Item, likelihoods.Dequeue()))];
    }

    private static string? ProblemOf(DatasetItem item)
        => item.Choices.Count == 0 ? "The question has no choices."
        : item.CorrectChoice is not { } correct ? "The right choice is not known."
        : correct < 0 || correct >= item.Choices.Count ? $"The right choice is {correct} of {item.Choices.Count}."
        : null;

    private ItemScore Score(DatasetItem item, IReadOnlyList<LogLikelihood> likelihoods)
    {
        if (likelihoods.FirstOrDefault(likelihood => likelihood.ErrorCode is not null) is { } failed)
        {
            return ItemScore.NotScored($"{failed.ErrorCode}: {failed.ErrorMessage}");
        }

        var values = likelihoods.Select((likelihood, i) => likelihood.Logprob / (isNormalized ? LengthOf(item.Choices[i]) : 1)).ToArray();
        var best = Enumerable.Range(0, values.Length).MaxBy(i => values[i]);
        return new ItemScore(best == item.CorrectChoice ? 1 : 0)
        {
            Detail = FormattableString.Invariant($"{best}: {item.Choices[best].Trim()} ({values[best]:0.###})"),
        };
    }

    /// <summary>
    /// Characters (code points) without the white space that parts the choice from its prompt, as lm-evaluation-harness has it: <c>len</c> of the
    /// choice before the target delimiter is put in front (lm_eval/api/task.py, <c>process_results</c>).
    /// </summary>
    private static int LengthOf(string choice)
    {
        var text = choice.Length > 0 && char.IsWhiteSpace(choice[0]) ? choice[1..] : choice;
        return Math.Max(1, text.EnumerateRunes().Count());
    }
}
