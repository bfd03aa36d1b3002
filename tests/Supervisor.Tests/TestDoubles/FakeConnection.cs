using Grpc.Core;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>A worker that answers Hello at once and loads when the test says so.</summary>
internal sealed class FakeConnection : IWorkerConnection, IWorkerConnector
{
    public TaskCompletionSource<ModelInfo> Loading { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource LoadCalled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the worker says that it listens.</summary>
    public Task Listening { get; init; } = Task.CompletedTask;

    public V1.Worker.WorkerClient Client { get; } = new(new UnusedInvoker());

    /// <summary>How the worker answers when it is asked whether it is ready to load.</summary>
    public Task Preparing { get; set; } = Task.CompletedTask;

    public bool IsDisposed { get; private set; }

    public CallOptions Call(CancellationToken cancellationToken) => new(cancellationToken: cancellationToken);

    public Task PrepareAsync(bool cudaContext, CancellationToken cancellationToken) => Preparing.WaitAsync(cancellationToken);

    public Task<ModelInfo> LoadAsync(LoadRequest request, Action<LoadProgress> onProgress, CancellationToken cancellationToken)
    {
        onProgress(new LoadProgress { Stage = LoadStage.Loading });
        LoadCalled.TrySetResult();
        return Loading.Task.WaitAsync(cancellationToken);
    }

    public async Task<IWorkerConnection> ConnectAsync(WorkerFolder folder, string token, CancellationToken cancellationToken)
    {
        await Listening.WaitAsync(cancellationToken);
        return this;
    }

    public void Dispose() => IsDisposed = true;

    private sealed class UnusedInvoker : CallInvoker
    {
        private static NotSupportedException Unexpected => new("this test makes no calls");

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Unexpected;

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Unexpected;

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Unexpected;

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Unexpected;

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Unexpected;
    }
}
