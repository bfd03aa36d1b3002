namespace LmDeploy.Text.Errors;

/// <summary>A failure with a code that callers can act on; it crosses the process boundary as an <c>Error</c>.</summary>
/// <param name="code">One of <see cref="V1.ErrorCodes"/>.</param>
/// <param name="message">What is wrong, where, and what would be right.</param>
/// <param name="subject">The file, tensor or setting the error is about; empty when there is none.</param>
internal class EngineException(string code, string message, string subject = "", Exception? innerException = null)
    : Exception(message, innerException)
{
    public string Code { get; } = code;

    public string Subject { get; } = subject;
}
