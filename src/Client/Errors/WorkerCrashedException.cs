namespace LmDeploy;

/// <summary>A worker process died or hung; the message says how (signal, exit code, out of memory, its last lines).</summary>
/// <inheritdoc/>
public sealed class WorkerCrashedException(string code, string message, string subject = "", Exception? innerException = null)
    : PipelineFailedException(code, message, subject, innerException);
