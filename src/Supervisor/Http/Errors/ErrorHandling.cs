using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Logging;
using LmDeploy.Supervisor.Telemetry;
using LmDeploy.V1;
using Microsoft.Net.Http.Headers;

namespace LmDeploy.Supervisor.Http.Errors;

/// <summary>Gives every failed request its typed error. An unexpected exception becomes <c>internal_error</c> and is logged; the supervisor stays up.</summary>
internal sealed partial class ErrorHandling(ILogger<ErrorHandling> logger)
{
    private static readonly string[] _kept = [HeaderNames.AccessControlAllowOrigin, HeaderNames.Vary, HeaderNames.WWWAuthenticate];

    public async Task HandleAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
            if (!http.Response.HasStarted && http.Response.StatusCode is StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed)
            {
                await ErrorJson.WriteAsync(http, Unrouted(http));
            }
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone: there is nobody to tell.
        }
        catch (Exception exception)
        {
            var error = Translate(RequestDeadline.Of(http)?.Explain(exception) ?? exception, http.Request.Path);
            RequestFailure.Note(http, error.Code);
            if (http.Response.HasStarted)
            {
                http.Abort();
                return;
            }

            ClearBody(http.Response);
            await ErrorJson.WriteAsync(http, error);
        }
    }

    /// <summary>Resets a prepared response but keeps the CORS headers: a page can read an error only with them.</summary>
    private static void ClearBody(HttpResponse response)
    {
        var kept = _kept.Select(name => (Name: name, Value: response.Headers[name])).ToList();
        response.Clear();
        foreach (var (name, value) in kept.Where(header => header.Value.Count > 0))
        {
            response.Headers[name] = value;
        }
    }

    /// <summary>What a request is told that failed like this.</summary>
    public ApiException Translate(Exception exception, string path)
    {
        switch (exception)
        {
            case ApiException typed:
                return typed;
            case SupervisorException failure:
                return ApiException.From(failure);
            case BadHttpRequestException bad:
                return new ApiException(
                    bad.StatusCode,
                    bad.StatusCode switch
                    {
                        StatusCodes.Status413PayloadTooLarge => ApiErrorCodes.RequestTooLarge,
                        StatusCodes.Status408RequestTimeout => ApiErrorCodes.RequestTimeout,
                        _ => ErrorCodes.InvalidRequest,
                    },
                    bad.Message);
            default:
                LogUnexpected(path, exception);
                return new ApiException(
                    StatusCodes.Status500InternalServerError, ErrorCodes.InternalError, $"{path} failed: {exception.GetType().Name}: {exception.Message}");
        }
    }

    private static ApiException Unrouted(HttpContext http) => http.Response.StatusCode == StatusCodes.Status405MethodNotAllowed
        ? new ApiException(
            StatusCodes.Status405MethodNotAllowed,
            ApiErrorCodes.MethodNotAllowed,
            $"{http.Request.Path} takes {http.Response.Headers.Allow}, not {http.Request.Method}.")
        : new ApiException(StatusCodes.Status404NotFound, ApiErrorCodes.RouteNotFound, $"There is nothing at {http.Request.Method} {http.Request.Path}.");

    [LoggerMessage(EventIds.RequestFailed, LogLevel.Error, "{Path} failed unexpectedly", EventName = nameof(EventIds.RequestFailed))]
    private partial void LogUnexpected(string path, Exception exception);
}
