namespace LmDeploy;

/// <summary>A pipeline that was ready has ended without its holder's will, or cannot answer any more. Close it and create another.</summary>
/// <inheritdoc/>
public class PipelineFailedException(string code, string message, string subject = "", Exception? innerException = null)
    : LmDeployException(code, message, subject, innerException);
