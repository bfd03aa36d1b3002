namespace LmDeploy.Cli.Benchmarks;

/// <summary>How fast a model loads.</summary>
/// <param name="Ready">From asking for it to being able to ask it.</param>
/// <param name="Weights">What of it went by until all weights were in place.</param>
/// <param name="Bytes">What was read for them.</param>
/// <param name="BytesPerSecond">How fast they were read.</param>
/// <param name="LibTorch">The version that computes it.</param>
internal sealed record LoadFigures(TimeSpan Ready, TimeSpan Weights, long Bytes, double BytesPerSecond, string LibTorch);
