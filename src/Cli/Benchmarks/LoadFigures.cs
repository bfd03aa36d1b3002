namespace LmDeploy.Cli.Benchmarks;

/// <summary>Load times of a model.</summary>
/// <param name="Ready">From the request to load it until it is ready.</param>
/// <param name="Weights">The part of it until all weights were loaded.</param>
/// <param name="Bytes">What was read for them.</param>
/// <param name="BytesPerSecond">How fast they were read.</param>
/// <param name="LibTorch">The version that computes it.</param>
internal sealed record LoadFigures(TimeSpan Ready, TimeSpan Weights, long Bytes, double BytesPerSecond, string LibTorch);
