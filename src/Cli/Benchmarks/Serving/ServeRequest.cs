namespace LmDeploy.Cli.Benchmarks.Serving;

/// <summary>One request of a load.</summary>
/// <param name="PromptIds">The prompt.</param>
/// <param name="NewTokens">How long the answer is, whatever it says.</param>
internal sealed record ServeRequest(IReadOnlyList<int> PromptIds, int NewTokens);
