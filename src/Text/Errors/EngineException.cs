namespace LmDeploy.Text.Errors;

/// <summary>A failure with a code that callers can act on; it crosses the process boundary as an <c>Error</c>.</summary>
/// <remarks>Message and subject may quote what a file or a request has, which may be long: what does not fit into the headers of a call is cut off.</remarks>
/// <param name="code">One of <see cref="V1.ErrorCodes"/>.</param>
/// <param name="message">What is wrong, where, and what would be right.</param>
/// <param name="subject">The file, tensor or setting the error is about; empty when there is none.</param>
internal class EngineException(string code, string message, string subject = "", Exception? innerException = null)
    : Exception(Shorten(message, LongestMessage), innerException)
{
    /// <summary>In UTF-16 units.</summary>
    public const int LongestMessage = 2048;

    private const int LongestSubject = 512;

    public string Code { get; } = code;

    public string Subject { get; } = Shorten(subject, LongestSubject);

    private static string Shorten(string text, int most) =>
        text.Length <= most ? text : $"{text.AsSpan(0, char.IsHighSurrogate(text[most - 4]) ? most - 4 : most - 3)}...";
}
