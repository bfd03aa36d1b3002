namespace LmDeploy.Evaluation;

/// <summary>A question and what a model made of it.</summary>
/// <param name="Item">The question.</param>
/// <param name="Answers">One answer for each turn, failed ones included; empty where no scorer of the comparison needs any.</param>
public sealed record AnsweredItem(DatasetItem Item, IReadOnlyList<Response> Answers)
{
    /// <summary>The answer to the last turn; null when there is none.</summary>
    public Response? Answer => Answers.Count > 0 ? Answers[^1] : null;
}
