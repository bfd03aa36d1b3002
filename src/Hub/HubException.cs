namespace LmDeploy.Hub;

/// <summary>A model could not be found or downloaded.</summary>
/// <param name="code">Which kind of failure it is: <c>model_not_found</c>, <c>access_denied</c>, <c>download_failed</c>, <c>insufficient_disk</c>,
/// <c>invalid_request</c> or <c>unsupported_feature</c>.</param>
/// <param name="message">What is wrong, where, and what would be right.</param>
/// <param name="subject">The model, file or folder that it is about; empty when there is none.</param>
/// <param name="innerException">What led to it.</param>
public class HubException(string code, string message, string subject = "", Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Which kind of failure it is; docs/errors.md says what to do about each.</summary>
    public string Code { get; } = code;

    /// <summary>The model, file or folder that it is about; empty when there is none.</summary>
    public string Subject { get; } = subject;
}
