namespace LmDeploy.Supervisor.Workers;

/// <summary>Names one process for ever: a number alone is used again.</summary>
/// <param name="Pid">The process's number.</param>
/// <param name="StartTicks">Clock ticks from boot to its start, field 22 of <c>/proc/PID/stat</c>.</param>
internal readonly record struct ProcessIdentity(int Pid, long StartTicks);
