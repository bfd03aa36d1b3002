namespace LmDeploy.Supervisor.Workers;

/// <summary>The unique identity of a process: pids are reused.</summary>
/// <param name="Pid">The process's number.</param>
/// <param name="StartTicks">Clock ticks from boot to its start, field 22 of <c>/proc/PID/stat</c>.</param>
internal readonly record struct ProcessIdentity(int Pid, long StartTicks);
