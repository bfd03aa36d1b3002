using System.Net;
using LmDeploy.V1;

namespace LmDeploy.Hub.Api;

/// <summary>What a hub's refusals mean. Its <c>X-Error-Code</c> says more than the status.</summary>
internal static class HubErrors
{
    private static readonly TimeSpan _longestWait = TimeSpan.FromMinutes(5);

    /// <param name="response">An answer that is no success.</param>
    /// <param name="model">The model that was asked for.</param>
    /// <param name="settings">The hub, and whether there is a token.</param>
    /// <param name="file">The file that was asked for; null for the repository.</param>
    public static HubException Of(HttpResponseMessage response, ModelName model, HubSettings settings, string? file = null)
    {
        var (status, code, page) = (response.StatusCode, Header("X-Error-Code"), new Uri(settings.Endpoint, model.Repository));
        return (status, code) switch
        {
            (_, "GatedRepo") => new HubException(
                ErrorCodes.AccessDenied,
                $"{model.Repository} is gated: accept its licence at {page}, and "
                    + (
                        settings.Token is null
                            ? "set HF_TOKEN to a token of that account."
                            : "give a token of the account that did (HF_TOKEN); the one given has no access."),
                model.Repository),
            (_, "RevisionNotFound") => new HubException(
                ErrorCodes.ModelNotFound, $"{model.Repository} has no branch, tag or commit '{model.Revision}'; {page} lists them.", model.ToString()),
            (_, "EntryNotFound") => new HubException(
                ErrorCodes.ModelNotFound, $"{model.Repository} has no file '{file}' at '{model.Revision}'.", model.ToString()),
            (HttpStatusCode.Unauthorized or HttpStatusCode.NotFound, "RepoNotFound" or "") when file is null => new HubException(
                ErrorCodes.ModelNotFound,
                $"{settings.Endpoint.Host} has no model '{model.Repository}'"
                    + (settings.Token is null ? ", or it is private: then set HF_TOKEN to a token that may read it." : " that the token may read."),
                model.Repository),
            (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, _) => new HubException(
                ErrorCodes.AccessDenied,
                $"{settings.Endpoint.Host} does not let {(settings.Token is null ? "anybody without a token" : "this token")} read {file ?? model.Repository}"
                    + $"{Said()}. {(settings.Token is null ? "Set HF_TOKEN." : "HF_TOKEN must be a token with the right to read it.")} See {page}.",
                model.Repository),
            (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError, _) => new TransientHubException(
                $"{settings.Endpoint.Host} answered {(int)status} to {file ?? model.Repository}{Said()}.", model.ToString(), RetryAfter()),
            _ => new HubException(
                ErrorCodes.DownloadFailed, $"{settings.Endpoint.Host} answered {(int)status} to {file ?? model.Repository}{Said()}.", model.ToString()),
        };

        string Header(string name) => response.Headers.TryGetValues(name, out var values) ? values.First() : "";

        string Said() => Header("X-Error-Message") is { Length: > 0 } message ? $" ({message})" : "";

        TimeSpan? RetryAfter() => response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta < _longestWait ? delta : _longestWait,
            { Date: { } date } => date - settings.Time.GetUtcNow() is var wait && wait < TimeSpan.Zero
                ? TimeSpan.Zero
                : wait < _longestWait ? wait : _longestWait,
            _ => null,
        };
    }
}
