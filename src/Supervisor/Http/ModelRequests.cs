using LmDeploy.Supervisor.Http.Bodies;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.Supervisor.Shutdown;

namespace LmDeploy.Supervisor.Http;

/// <summary>Answers a request to a model.</summary>
/// <param name="body">Its JSON object.</param>
/// <param name="deadline">When it ends, which counts from before its body was read.</param>
internal delegate Task ModelRequest(HttpContext http, BodyFields body, RequestDeadline deadline);

/// <summary>
/// The entry of requests to models: through the <see cref="RequestGate"/> (drain), with a deadline from their first byte on, and with their bodies in
/// the <see cref="BodyBudget"/>.
/// </summary>
internal sealed class ModelRequests(RequestGate gate, RequestLimits limits, BodyReader bodies)
{
    public RequestDelegate Wrap(ModelRequest handle) => async http =>
    {
        gate.Enter();
        try
        {
            using var deadline = limits.Begin(http);
            var (fields, room) = await bodies.ReadAsync(http, deadline.Token);
            using (room)
            {
                await handle(http, fields, deadline);
            }
        }
        finally
        {
            gate.Leave();
        }
    };
}
