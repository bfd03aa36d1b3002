namespace LmDeploy.Supervisor.Admission;

/// <summary>What a pipeline is thought to need.</summary>
/// <param name="Key">What its peak is remembered by; empty when it is not to be remembered.</param>
internal sealed record MemoryEstimate(MemoryNeed Need, string Key);
