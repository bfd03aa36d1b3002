namespace LmDeploy.Supervisor.Workers;

/// <summary>What the kernel's count of killed processes was when a worker was started.</summary>
/// <param name="Kills">Null when the kernel did not say.</param>
internal readonly record struct OomMark(long? Kills);
