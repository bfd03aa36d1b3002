namespace LmDeploy.Cli.Benchmarks;

/// <summary>Times of a swap from one model to another.</summary>
/// <param name="Closed">From disposing the one to its receipt.</param>
/// <param name="Ready">From disposing the one until the other was ready.</param>
/// <param name="FirstToken">From disposing the one to the first token of the other.</param>
internal sealed record SwapFigures(SwapWay Way, TimeSpan Closed, TimeSpan Ready, TimeSpan FirstToken, string LibTorch);
