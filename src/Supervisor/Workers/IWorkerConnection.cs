using Grpc.Core;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Workers;

/// <summary>The gRPC connection to one worker that has answered Hello. Thread-safe; disposing breaks active calls.</summary>
internal interface IWorkerConnection : IDisposable
{
    /// <summary>The worker's calls, each to be made with <see cref="Call"/>.</summary>
    V1.Worker.WorkerClient Client { get; }

    /// <summary>The options every call needs: the token, and what ends the call.</summary>
    CallOptions Call(CancellationToken cancellationToken);

    /// <summary>Prepares the worker for a load: libraries and, if requested, a CUDA context. Also serves as a health check.</summary>
    /// <exception cref="RpcException">It cannot, or the worker died.</exception>
    Task PrepareAsync(bool cudaContext, CancellationToken cancellationToken);

    /// <summary>Loads a model and reports how far it is.</summary>
    /// <exception cref="RpcException">The model cannot be loaded, or the worker died.</exception>
    Task<ModelInfo> LoadAsync(LoadRequest request, Action<LoadProgress> onProgress, CancellationToken cancellationToken);
}
