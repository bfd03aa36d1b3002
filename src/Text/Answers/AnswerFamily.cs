using LmDeploy.Text.Answers.Calls;

namespace LmDeploy.Text.Answers;

/// <summary>How the models of one family write answers with words around thoughts and calls. Immutable.</summary>
/// <param name="Name">What the format is called, in lower case.</param>
internal sealed record AnswerFamily(string Name)
{
    /// <summary>The words around thoughts.</summary>
    public IReadOnlyList<ThoughtTags> Thoughts { get; init; } = [];

    /// <summary>The ways to write calls.</summary>
    public IReadOnlyList<CallSyntax> Calls { get; init; } = [];
}
