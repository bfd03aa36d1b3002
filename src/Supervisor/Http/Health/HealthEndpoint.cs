using LmDeploy.Supervisor.Http.Json;
using LmDeploy.Supervisor.Serving;
using LmDeploy.Supervisor.Shutdown;

namespace LmDeploy.Supervisor.Http.Health;

/// <summary>
/// <c>GET /health</c> and <c>/health/live</c> say that the server answers, <c>/health/ready</c> whether it takes requests: it has loaded what it was to load,
/// and is not draining.
/// </summary>
internal sealed class HealthEndpoint(RequestGate gate, Preloading preloading)
{
    public static Task LiveAsync(HttpContext http) => WriteAsync(http, StatusCodes.Status200OK, "ok");

    public Task ReadyAsync(HttpContext http) => gate.IsClosed
        ? WriteAsync(http, StatusCodes.Status503ServiceUnavailable, "draining")
        : preloading.IsOver
            ? WriteAsync(http, StatusCodes.Status200OK, "ready")
            : WriteAsync(http, StatusCodes.Status503ServiceUnavailable, "loading");

    private static Task WriteAsync(HttpContext http, int status, string word)
    {
        http.Response.StatusCode = status;
        return JsonReply.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("status", word);
            json.WriteEndObject();
        });
    }
}
