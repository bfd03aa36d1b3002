namespace LmDeploy.Engine.Requests;

/// <summary>The text of a prompt before it is encoded.</summary>
/// <param name="IsRendered">Whether the chat template made it.</param>
/// <param name="AddSpecialTokens">Whether the tokenizer's own special tokens are put around it.</param>
internal sealed record PromptText(string Text, bool IsRendered, bool AddSpecialTokens);
