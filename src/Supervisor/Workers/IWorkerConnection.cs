using Grpc.Core;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Workers;

/// <summary>The calls to one worker that has answered Hello. Thread-safe; disposing breaks what is under way.</summary>
internal interface IWorkerConnection : IDisposable
{
    /// <summary>The worker's calls, each to be made with <see cref="Call"/>.</summary>
    V1.Worker.WorkerClient Client { get; }

    /// <summary>The options every call needs: the token, and what ends the call.</summary>
    CallOptions Call(CancellationToken cancellationToken);

    /// <summary>Gets the worker ready to load, or finds out that it still is: libraries and, when asked for, a CUDA context.</summary>
    /// <exception cref="RpcException">It cannot, or the worker died.</exception>
    Task PrepareAsync(bool cudaContext, CancellationToken cancellationToken);

    /// <summary>Loads a model and reports how far it is.</summary>
    /// <exception cref="RpcException">The model cannot be loaded, or the worker died.</exception>
    Task<ModelInfo> LoadAsync(LoadRequest request, Action<LoadProgress> onProgress, CancellationToken cancellationToken);
}
