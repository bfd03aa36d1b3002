namespace LmDeploy.Cli.Evaluation;

/// <summary>How well a model answered an evaluation file.</summary>
/// <param name="Categories">The scores, by category in alphabetical order.</param>
/// <param name="AnswerPerplexity">exp of the mean negative log-likelihood of the expected answers' tokens after their prompts.</param>
internal sealed record Quality(IReadOnlyList<CategoryScore> Categories, double AnswerPerplexity)
{
    public int Correct => Categories.Sum(category => category.Correct);

    public int Questions => Categories.Sum(category => category.Questions);

    public static Quality Of(IReadOnlyList<Question> questions, IReadOnlyList<Response> answers, IReadOnlyList<ScoreResult> scores)
    {
        var categories = questions.Zip(answers)
            .GroupBy(pair => pair.First.Category, pair => pair.First.IsRight(pair.Second), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new CategoryScore(group.Key, group.Count(right => right), group.Count()));
        return new Quality([.. categories], Perplexity(scores));
    }

    private static double Perplexity(IReadOnlyList<ScoreResult> scores)
        => Math.Exp(-scores.Sum(score => score.Sum) / scores.Sum(score => score.Logprobs.Count));
}
