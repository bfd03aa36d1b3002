namespace LmDeploy.Cli.Benchmarks;

/// <summary>Decode throughput of a batch, from the first token of the last sequence to the end of the first one.</summary>
/// <param name="FirstTokenMilliseconds">From the request to the first token of any sequence.</param>
/// <param name="StepMilliseconds">The time of one decode step.</param>
/// <param name="TokensPerSecond">Of all sequences together.</param>
/// <param name="OverallTokensPerSecond">Of all sequences together, from the request to the last token, prefill included.</param>
internal sealed record DecodeFigures(
    int BatchSize, int Context, double FirstTokenMilliseconds, double StepMilliseconds, double TokensPerSecond, double OverallTokensPerSecond);
