using LmDeploy.Hosting;

namespace LmDeploy.Client.Tests.Fakes;

/// <summary>A shared supervisor that may be leaving: asked for another, it does what a test tells it to.</summary>
internal sealed class LeavingEndpoint(string socketPath, Action replace) : SupervisorEndpoint
{
    public override string SocketPath => socketPath;

    public override bool CanRestart => true;

    public override Task EnsureListeningAsync(FirstWorkerDevice first, CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task ReplaceAsync(FirstWorkerDevice first, CancellationToken cancellationToken)
    {
        replace();
        return Task.CompletedTask;
    }
}
