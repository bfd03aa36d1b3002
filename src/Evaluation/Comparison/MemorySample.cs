namespace LmDeploy.Evaluation;

/// <summary>One look at the memory in the course of a comparison.</summary>
/// <param name="At">The time since the comparison was begun.</param>
/// <param name="Held">Bytes that each model's worker holds, by the model's name, or <c>judge</c>; only of workers that there are.</param>
/// <param name="DeviceBytes">Bytes in use on all GPUs of the host, whoever uses them; null without GPUs.</param>
public sealed record MemorySample(TimeSpan At, IReadOnlyDictionary<string, long> Held, long? DeviceBytes);
