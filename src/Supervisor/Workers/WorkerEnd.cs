using LmDeploy.V1;

namespace LmDeploy.Supervisor.Workers;

/// <summary>How stopping one worker went, as observed.</summary>
/// <param name="Identity">The worker's process.</param>
/// <param name="ExitCode">The exit code, or 128 + signal; null when the process is still there.</param>
/// <param name="How">How it ended; unspecified when the process is still there.</param>
/// <param name="ExitTime">From the intent to stop until the process was reaped, or until the wait timed out.</param>
/// <param name="HasSurvivors">Whether something that came from the worker still runs.</param>
/// <param name="Left">What the worker and its survivors still hold.</param>
internal sealed record WorkerEnd(ProcessIdentity Identity, int? ExitCode, WorkerExit How, TimeSpan ExitTime, bool HasSurvivors, ProcessMemory Left);
