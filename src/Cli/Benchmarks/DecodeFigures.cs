namespace LmDeploy.Cli.Benchmarks;

/// <summary>How fast sequences decode together, from when all have begun to when the first one ends.</summary>
/// <param name="FirstTokenMilliseconds">From the request to the first token of any of them.</param>
/// <param name="StepMilliseconds">The time in which each of them gets one token.</param>
/// <param name="TokensPerSecond">Of all of them.</param>
/// <param name="OverallTokensPerSecond">Of all of them, from the request to the last token: with the prefill of their prompts.</param>
internal sealed record DecodeFigures(
    int BatchSize, int Context, double FirstTokenMilliseconds, double StepMilliseconds, double TokensPerSecond, double OverallTokensPerSecond);
