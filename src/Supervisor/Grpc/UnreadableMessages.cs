using System.Globalization;
using Grpc.Core;
using LmDeploy.Supervisor.Errors;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Grpc;

/// <summary>
/// Gives unary calls with an unreadable message a typed error. gRPC for .NET reads the message before any interceptor runs and reports a server
/// fault. Later failures have their error from the <see cref="ErrorInterceptor"/>.
/// </summary>
internal static class UnreadableMessages
{
    private const string StatusTrailer = "grpc-status";
    private const string MessageTrailer = "grpc-message";

    public static async Task TranslateAsync(HttpContext http, RequestDelegate next)
    {
        await next(http);

        // A call that fails before its answer has begun has its status among the headers.
        var trailers = http.Response.Headers;
        if (http.Response.HasStarted
            || trailers[StatusTrailer].ToString() is not { Length: > 0 } status
            || (StatusCode)int.Parse(status, CultureInfo.InvariantCulture) is not (StatusCode.Unknown or StatusCode.Internal)
            || trailers.Keys.Any(name => name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal)))
        {
            return;
        }

        var failure = new SupervisorException(
            ErrorCodes.InvalidRequest, $"The message of {http.Request.Path} cannot be read: it is cut, or no message of this protocol.").ToCallFailure();
        trailers[StatusTrailer] = ((int)failure.StatusCode).ToString(CultureInfo.InvariantCulture);
        trailers[MessageTrailer] = Uri.EscapeDataString(failure.Status.Detail);
        foreach (var entry in failure.Trailers.Where(entry => entry.IsBinary))
        {
            trailers[entry.Key] = Convert.ToBase64String(entry.ValueBytes);
        }
    }
}
