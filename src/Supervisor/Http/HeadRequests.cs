using Microsoft.AspNetCore.Http.Features;

namespace LmDeploy.Supervisor.Http;

/// <summary>
/// Answers <c>HEAD</c> as <c>GET</c>, without the body. Over HTTP/2 the server would send what an endpoint writes, which breaks the protocol
/// (RFC 9113, 8.1).
/// </summary>
internal static class HeadRequests
{
    public static async Task DropBodyAsync(HttpContext http, RequestDelegate next)
    {
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await next(http);
            return;
        }

        var sent = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var dropped = new StreamResponseBodyFeature(Stream.Null, sent);
        http.Features.Set<IHttpResponseBodyFeature>(dropped);
        try
        {
            await next(http);
            await dropped.CompleteAsync();
        }
        finally
        {
            http.Features.Set(sent);
        }
    }
}
