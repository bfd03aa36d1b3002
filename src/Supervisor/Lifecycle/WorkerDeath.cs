using LmDeploy.Supervisor.Errors;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>The crash of one worker.</summary>
/// <param name="Cause">What is known about it.</param>
/// <param name="HasServed">Whether it had got ready and done work before.</param>
/// <param name="IsFinal">Whether another worker would end the same way.</param>
internal sealed record WorkerDeath(SupervisorException Cause, bool HasServed, bool IsFinal);
