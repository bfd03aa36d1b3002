using LmDeploy.Cli.Output;
using LmDeploy.Evaluation;

namespace LmDeploy.Cli.Evaluation;

/// <summary>What <c>compare</c> says of one model in a word or two.</summary>
internal static class ModelFigures
{
    /// <summary>
    /// Questions that were answered quite right by the first scorer that counts them; null where there is none, or it is not through with them.
    /// </summary>
    public static int? Correct(this ComparisonResult result, ModelOutcome model) => result.Counting(model) is { } scorer ? Correct(model.Items, scorer) : null;

    public static int? Questions(this ComparisonResult result, ModelOutcome model) => result.Counting(model) is { } scorer ? model.Metrics[scorer].Count : null;

    /// <summary>Whether the scorer that counts right answers knows nothing in between: every score of it is 0 or 1.</summary>
    public static bool CountsRight(this ComparisonResult result) => result.Models.All(model => result.Counting(model) is not { } scorer
        || model.Items.All(item => !item.Scores.TryGetValue(scorer, out var score) || double.IsNaN(score.Value) || score.Value is 0 or 1));

    /// <summary>Right ones and all by category, in alphabetical order.</summary>
    public static IEnumerable<(string Category, int Correct, int Questions)>? ByCategory(this ComparisonResult result, ModelOutcome model) =>
        result.Counting(model) is { } scorer
            ? model.Items
                .GroupBy(item => item.Item.Category, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => (group.Key, Correct(group, scorer), group.Count()))
            : null;

    /// <summary>What ended the model early, or else what kept the first of its questions from being answered or scored.</summary>
    public static CallError? Failure(this ModelOutcome model) => model.Error is { } error
        ? new CallError(error.Code, error.Message, error.Subject)
        : model.Items.SelectMany(item => item.Answers).Select(CallError.From).FirstOrDefault(failed => failed is not null);

    private static int Correct(IEnumerable<ItemOutcome> items, string scorer) =>
        items.Count(item => item.Scores.TryGetValue(scorer, out var score) && score.Value >= 1);

    /// <summary>Perplexities are 1 and more, and count nothing.</summary>
    private static string? Counting(this ComparisonResult result, ModelOutcome model)
        => result.Scorers.FirstOrDefault(scorer => scorer != Scorer.Perplexity.Name) is { } scorer && model.Metrics.ContainsKey(scorer) ? scorer : null;
}
