using Grpc.Core;
using Grpc.Net.Client;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Workers;

/// <summary>The calls to one worker over its channel.</summary>
/// <param name="channel">Owned.</param>
/// <param name="token">What the worker asks of every call.</param>
internal sealed class WorkerConnection(GrpcChannel channel, string token) : IWorkerConnection
{
    private readonly Metadata _headers = new() { { Protocol.TokenHeader, token } };

    public V1.Worker.WorkerClient Client { get; } = new(channel);

    public CallOptions Call(CancellationToken cancellationToken) => new(_headers, cancellationToken: cancellationToken);

    public async Task PrepareAsync(bool cudaContext, CancellationToken cancellationToken) =>
        await Client.PrepareAsync(new PrepareRequest { CudaContext = cudaContext }, Call(cancellationToken));

    public async Task<ModelInfo> LoadAsync(LoadRequest request, Action<LoadProgress> onProgress, CancellationToken cancellationToken)
    {
        using var load = Client.Load(request, Call(cancellationToken));
        ModelInfo? loaded = null;
        while (await load.ResponseStream.MoveNext(cancellationToken))
        {
            var current = load.ResponseStream.Current;
            loaded ??= current.Loaded;
            if (current.Progress is { } progress)
            {
                onProgress(progress);
            }
        }

        return loaded ?? throw new RpcException(new Status(StatusCode.Internal, "the worker ended Load without saying what it loaded"));
    }

    public void Dispose() => channel.Dispose();
}
