using LmDeploy.Collections;
using LmDeploy.Validation;

namespace LmDeploy.Evaluation;

/// <summary>One question of a dataset: what a model is asked, and what is known about a good answer. Immutable.</summary>
public sealed record DatasetItem
{
    /// <summary>Makes a question.</summary>
    /// <param name="id">Names it within its dataset.</param>
    /// <param name="prompt">What is asked.</param>
    public DatasetItem(string id, Prompt prompt)
    {
        Id = Ensure.NotNull(id, nameof(id));
        Prompt = Ensure.NotNull(prompt, nameof(prompt));
    }

    /// <summary>Names it within its dataset.</summary>
    public string Id { get; init => field = Ensure.NotNull(value); }

    /// <summary>What is asked.</summary>
    public Prompt Prompt { get; init => field = Ensure.NotNull(value); }

    /// <summary>What kind of question it is. Default: empty, of no kind.</summary>
    public string Category { get; init => field = Ensure.NotNull(value); } = "";

    /// <summary>Right answers, or references to compare with; any of them will do. Default: none.</summary>
    public IReadOnlyList<string> Expected { get; init => field = Values.Of(value); } = ValueList<string>.Empty;

    /// <summary>
    /// What may follow the prompt, for questions with a choice of answers, as it is to be scored: with the white space that comes before it. Default: none.
    /// </summary>
    public IReadOnlyList<string> Choices { get; init => field = Values.Of(value); } = ValueList<string>.Empty;

    /// <summary>The place of the right one in <see cref="Choices"/>, from 0. Default: null, not known.</summary>
    public int? CorrectChoice { get; init => field = Ensure.AtLeast(value, 0); }

    /// <summary>What the user says after each answer, one turn each. Default: none, the prompt is all.</summary>
    public IReadOnlyList<string> FollowUps { get; init => field = Values.Of(value); } = ValueList<string>.Empty;
}
