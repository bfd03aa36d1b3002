using LmDeploy.V1;

namespace LmDeploy.Hub.Api;

/// <summary>What may go better the next time: a cut connection, a silent or overloaded server.</summary>
/// <param name="retryAfter">How long the server wants to be left alone; null where it did not say.</param>
internal sealed class TransientHubException(string message, string subject, TimeSpan? retryAfter = null, Exception? innerException = null)
    : HubException(ErrorCodes.DownloadFailed, message, subject, innerException)
{
    public TimeSpan? RetryAfter => retryAfter;
}
