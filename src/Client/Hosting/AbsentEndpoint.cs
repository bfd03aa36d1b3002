using LmDeploy.V1;

namespace LmDeploy.Hosting;

/// <summary>The supervisor of this user on a system where none can run: models need Linux. Every use of it says where to find another.</summary>
internal sealed class AbsentEndpoint : SupervisorEndpoint
{
    public override string SocketPath => throw Refusal();

    public override Task EnsureListeningAsync(FirstWorkerDevice first, CancellationToken cancellationToken) => throw Refusal();

    public static SupervisorUnavailableException Refusal() => new(
        ErrorCodes.SupervisorUnavailable,
        "LmDeploy runs models on Linux. On this system, use the server of a Linux host: Supervisor.Connect(new Uri(\"https://host:23333\"), key), "
        + "or --server https://host:23333 on the command line.");
}
