namespace LmDeploy.Text.Answers;

/// <summary>The words around what a model thinks.</summary>
internal sealed record ThoughtTags(string Begin, string End)
{
    /// <summary>Special tokens that a word is made of, where it is more than one token.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];
}
