namespace LmDeploy.Supervisor.Workers;

/// <summary>The kernel's count of OOM kills before a worker was started.</summary>
/// <param name="Kills">Null when the kernel did not say.</param>
internal readonly record struct OomMark(long? Kills);
