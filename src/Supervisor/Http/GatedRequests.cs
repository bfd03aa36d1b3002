using LmDeploy.Supervisor.Hosting;

namespace LmDeploy.Supervisor.Http;

/// <summary>Takes requests to models through the <see cref="RequestGate"/>: the supervisor waits for those that run before it ends, and lets no more in.</summary>
internal sealed class GatedRequests(RequestGate gate)
{
    public RequestDelegate Wrap(RequestDelegate handle) => async http =>
    {
        gate.Enter();
        try
        {
            await handle(http);
        }
        finally
        {
            gate.Leave();
        }
    };
}
