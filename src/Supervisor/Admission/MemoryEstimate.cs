namespace LmDeploy.Supervisor.Admission;

/// <summary>The estimated memory need of a pipeline.</summary>
/// <param name="Key">What its peak is remembered by; empty when it is not to be remembered.</param>
internal sealed record MemoryEstimate(MemoryNeed Need, string Key);
