namespace LmDeploy;

/// <summary>
/// A model could not be loaded: its folder, the configuration or the room on this host do not allow it. <see cref="LmDeployException.Code"/> tells which.
/// </summary>
/// <inheritdoc/>
public sealed class ModelLoadException(string code, string message, string subject = "", Exception? innerException = null)
    : LmDeployException(code, message, subject, innerException);
