namespace LmDeploy;

/// <summary>The supervisor could not be found, started or reached, or went away during the call.</summary>
/// <inheritdoc/>
public sealed class SupervisorUnavailableException(string code, string message, string subject = "", Exception? innerException = null)
    : LmDeployException(code, message, subject, innerException);
