using Grpc.Core;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
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
        try
        {
            using var call = start(scope.Connection.Client, scope.Connection.Call(cancellationToken));
            while (await call.ResponseStream.MoveNext(cancellationToken))
            {
                await writer.WriteAsync(call.ResponseStream.Current, cancellationToken);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw await ExplainAsync(pipeline, exception);
        }
    }

    public async Task<TResponse> CallAsync<TResponse>(
        string key, Func<V1.Worker.WorkerClient, CallOptions, AsyncUnaryCall<TResponse>> start, CancellationToken cancellationToken)
    {
        var pipeline = registry.FindByKey(key);
        using var scope = pipeline.Enter();
        try
        {
            using var call = start(scope.Connection.Client, scope.Connection.Call(cancellationToken));
            return await call;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw await ExplainAsync(pipeline, exception);
        }
    }

    private async Task<SupervisorException> ExplainAsync(Pipeline pipeline, Exception exception)
    {
        if (exception is RpcException call && ErrorTrailer.Read(call) is { } typed)
        {
            return typed;
        }

        return await pipeline.Ended.CompletesWithinAsync(options.CauseTimeout, time)
            ? await pipeline.Ended
            : new SupervisorException(ErrorCodes.EngineUnavailable, $"The call to the worker of {pipeline.Spec.Name} broke: {exception.Message}", pipeline.Spec.Name);
    }
}
