namespace LmDeploy.Engine.Requests;

/// <summary>A prompt as the model sees it.</summary>
/// <param name="Rendered">The text the chat template made; empty when none was used.</param>
internal sealed record EncodedPrompt(int[] Ids, string Rendered);
