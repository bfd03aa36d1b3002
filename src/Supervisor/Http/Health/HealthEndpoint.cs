using LmDeploy.Supervisor.Http.Json;
using LmDeploy.Supervisor.Serving;

namespace LmDeploy.Supervisor.Http.Health;

/// <summary>
/// <c>GET /health</c> and <c>/health/live</c> say that the server answers, <c>/health/ready</c> whether it takes requests for all models that it has to have
/// loaded. Anyone may ask, so a reason has the name of a model and a code, and no path.
/// </summary>
internal sealed class HealthEndpoint(Readiness readiness)
{
    public static Task LiveAsync(HttpContext http) => WriteAsync(http, StatusCodes.Status200OK, "ok", reason: null);

    public Task ReadyAsync(HttpContext http)
    {
        var (status, reason) = readiness.Now();
        return WriteAsync(http, reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, status, reason);
    }

    private static Task WriteAsync(HttpContext http, int status, string word, string? reason)
    {
        http.Response.StatusCode = status;
        return JsonReply.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("status", word);
            if (reason is not null)
            {
                json.WriteString("reason", reason);
            }

            json.WriteEndObject();
        });
    }
}
