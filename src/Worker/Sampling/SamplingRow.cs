namespace LmDeploy.Worker.Sampling;

/// <summary>One row of logits and what decides about it.</summary>
/// <param name="Context">Prompt and generated tokens, for the repetition penalty.</param>
/// <param name="Position">The position of the token to choose; the counter of the draw.</param>
/// <param name="Forbidden">Tokens that may not be chosen now.</param>
internal sealed record SamplingRow(SamplingParameters Parameters, IReadOnlyList<int> Context, int Position, IReadOnlyCollection<int> Forbidden);
