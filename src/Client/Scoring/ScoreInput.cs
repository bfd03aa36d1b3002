namespace LmDeploy;

/// <summary>What to score: with a continuation its tokens after the whole prompt; without one, every prompt token but the first.</summary>
/// <param name="Prompt">What comes before.</param>
/// <param name="Continuation">What is scored; null for the prompt itself.</param>
public sealed record ScoreInput(Prompt Prompt, Continuation? Continuation = null);
