namespace LmDeploy;

/// <summary>Continuations of one prompt, to be scored against each other.</summary>
/// <param name="Prompt">What comes before. One without text stands for the token that texts begin with.</param>
/// <param name="Continuations">What may follow; each has at least one token.</param>
public sealed record LogLikelihoodInput(Prompt Prompt, IReadOnlyList<Continuation> Continuations);
