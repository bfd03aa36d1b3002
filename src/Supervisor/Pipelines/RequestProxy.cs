using Grpc.Core;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Pipelines;

/// <summary>
/// Hands requests on to the worker of the pipeline they name. A caller that cancels cancels the worker's call; a call that a
/// dying worker broke fails with the cause of that death.
/// </summary>
internal sealed class RequestProxy(PipelineRegistry registry, SupervisorOptions options, TimeProvider time)
{
    public async Task StreamAsync<TEvent>(
        string key, Func<V1.Worker.WorkerClient, CallOptions, AsyncServerStreamingCall<TEvent>> start, IServerStreamWriter<TEvent> writer, CancellationToken cancellationToken)
    {
        var pipeline = registry.FindByKey(key);
        using var scope = pipeline.Enter();
        var worker = await scope.WorkerAsync(cancellationToken);
        try
        {
            using var call = start(worker.Connection!.Client, worker.Connection.Call(cancellationToken));
            while (await call.ResponseStream.MoveNext(cancellationToken))
            {
                await writer.WriteAsync(call.ResponseStream.Current, cancellationToken);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw await ExplainAsync(pipeline, worker, exception);
        }
    }

    public async Task<TResponse> CallAsync<TResponse>(
        string key, Func<V1.Worker.WorkerClient, CallOptions, AsyncUnaryCall<TResponse>> start, CancellationToken cancellationToken)
    {
        var pipeline = registry.FindByKey(key);
        using var scope = pipeline.Enter();
        var worker = await scope.WorkerAsync(cancellationToken);
        try
        {
            using var call = start(worker.Connection!.Client, worker.Connection.Call(cancellationToken));
            return await call;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw await ExplainAsync(pipeline, worker, exception);
        }
    }

    private async Task<SupervisorException> ExplainAsync(Pipeline pipeline, WorkerInstance worker, Exception exception)
    {
        if (exception is RpcException call && ErrorTrailer.Read(call) is { } typed)
        {
            return typed;
        }

        var known = Task.WhenAny(pipeline.Ended, worker.Crash.Task);
        return await known.CompletesWithinAsync(options.CauseTimeout, time)
            ? await await known
            : new SupervisorException(ErrorCodes.EngineUnavailable, $"The call to the worker of {pipeline.Spec.Name} broke: {exception.Message}", pipeline.Spec.Name);
    }
}
