using LmDeploy.Collections;

namespace LmDeploy.Evaluation;

/// <summary>A memory sample of a comparison.</summary>
public sealed record MemorySample
{
    /// <summary>The time since the comparison was begun.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Bytes that each model's worker holds, by the model's name, or <c>judge</c>; only of workers that there are.</summary>
    public required IReadOnlyDictionary<string, long> HeldBytes { get; init => field = Values.Of(value); }

    /// <summary>Bytes in use on all GPUs of the host, whoever uses them; null without GPUs.</summary>
    public required long? DeviceBytes { get; init; }
}
