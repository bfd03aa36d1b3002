namespace LmDeploy.Supervisor.Workers;

/// <summary>A worker did not get ready: it ended, or was killed for its silence. Why it ended is known to whoever reads what it left behind.</summary>
internal sealed class WorkerStartException(Exception cause) : Exception(cause.Message, cause);
