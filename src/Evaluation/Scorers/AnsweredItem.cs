using LmDeploy.Collections;
using LmDeploy.Validation;

namespace LmDeploy.Evaluation;

/// <summary>A question and what a model made of it.</summary>
public sealed record AnsweredItem
{
    /// <summary>Makes an answered question.</summary>
    /// <param name="item">The question.</param>
    /// <param name="answers">One answer for each turn, failed ones included; empty where no scorer of the comparison needs any.</param>
    public AnsweredItem(DatasetItem item, IReadOnlyList<Response> answers)
    {
        Item = Ensure.NotNull(item, nameof(item));
        Answers = Values.Of(answers, nameof(answers));
    }

    /// <summary>The question.</summary>
    public DatasetItem Item { get; init => field = Ensure.NotNull(value); }

    /// <summary>One answer for each turn, failed ones included; empty where no scorer of the comparison needs any.</summary>
    public IReadOnlyList<Response> Answers { get; init => field = Values.Of(value); }

    /// <summary>The answer to the last turn; null when there is none.</summary>
    public Response? Answer => Answers.Count > 0 ? Answers[^1] : null;
}
