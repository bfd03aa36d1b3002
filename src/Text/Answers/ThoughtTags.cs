namespace LmDeploy.Text.Answers;

/// <summary>The words around what a model thinks.</summary>
internal sealed record ThoughtTags(string Begin, string End);
