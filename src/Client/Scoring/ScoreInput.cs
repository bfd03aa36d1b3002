namespace LmDeploy;

/// <summary>What to score: with a continuation its tokens after the whole prompt; without one, every prompt token but the first.</summary>
/// <param name="Prompt">What comes before.</param>
/// <param name="Continuation">The text whose tokens are scored, found as <see cref="LmDeploy.Continuation.FromText"/> says; null for the prompt itself.</param>
public sealed record ScoreInput(Prompt Prompt, string? Continuation = null);
