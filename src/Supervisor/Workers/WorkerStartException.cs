namespace LmDeploy.Supervisor.Workers;

/// <summary>A worker did not get ready: it ended, or was killed after the start timeout. <see cref="Failures.FailureReporter"/> diagnoses the cause.</summary>
internal sealed class WorkerStartException(Exception cause) : Exception(cause.Message, cause);
