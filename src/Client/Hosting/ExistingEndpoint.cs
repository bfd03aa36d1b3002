using LmDeploy.Transport;
using LmDeploy.V1;

namespace LmDeploy.Hosting;

/// <summary>A supervisor that somebody else takes care of.</summary>
internal sealed class ExistingEndpoint(string socketPath) : SupervisorEndpoint
{
    public override string SocketPath => socketPath;

    public override async Task EnsureListeningAsync(FirstWorkerDevice first, CancellationToken cancellationToken)
    {
        if (!await UnixSocket.IsListeningAsync(socketPath, cancellationToken).ConfigureAwait(false))
        {
            throw new SupervisorUnavailableException(ErrorCodes.SupervisorUnavailable, $"No supervisor listens on {socketPath}.", socketPath);
        }
    }
}
