using LmDeploy.Hub;
using LmDeploy.Loading;
using LmDeploy.Transport;

namespace LmDeploy.Hosting;

/// <summary>A supervisor on another host, behind <c>lmdeploy serve</c>. Nothing of it needs Linux.</summary>
internal sealed class RemoteEndpoint(Uri address, RemoteSupervisorOptions options) : SupervisorEndpoint
{
    public override string SocketPath => "";

    public override bool IsRemote => true;

    public override SupervisorChannel Connect() => SupervisorChannel.OfAddress(address, options);

    /// <summary>The first call finds out.</summary>
    public override Task EnsureListeningAsync(FirstWorkerDevice first, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The server knows its models by name; files of this machine it cannot read.</summary>
    public override Task<ModelSource> LocateAsync(string model, IProgress<LoadProgress>? progress, CancellationToken cancellationToken)
        => Task.FromResult(new ModelSource { Folder = model, Name = NameOf(model) });

    private static string NameOf(string model) => ModelName.IsName(model) ? ModelName.Parse(model).ShortName : model.TrimEnd('/').Split('/')[^1];
}
