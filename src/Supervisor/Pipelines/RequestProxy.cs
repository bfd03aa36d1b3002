using Grpc.Core;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Journal;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Pipelines;

/// <summary>
/// Hands requests on to the worker of the pipeline they name. A caller that cancels cancels the worker's call. A call that a dying
/// worker broke goes on with the worker that takes its place, and fails with the cause of that death when none does.
/// </summary>
internal sealed class RequestProxy(PipelineDirectory pipelines, SupervisorOptions options, TimeProvider time)
{
    /// <summary>Runs a Generate call; every event reaches the caller once, however many workers it takes.</summary>
    public async Task GenerateAsync(GenerateRequest request, IServerStreamWriter<GenerationEvent> writer, CancellationToken cancellationToken)
    {
        using var scope = await pipelines.EnterAsync(request.Key, cancellationToken);
        var pipeline = scope.Pipeline;
        var journal = new GenerationJournal(request);
        while (!journal.IsFinished)
        {
            var worker = await scope.WorkerAsync(cancellationToken);
            try
            {
                await StreamAsync(worker.Connection!, journal, writer, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                var cause = await ExplainAsync(pipeline, worker, exception);
                if (!worker.Crash.Task.IsCompleted)
                {
                    throw cause;
                }
            }
        }
    }

    /// <summary>Makes a call that changes nothing, so that it can be made once more when its worker dies.</summary>
    public async Task<TResponse> CallAsync<TResponse>(
        string key, Func<V1.Worker.WorkerClient, CallOptions, AsyncUnaryCall<TResponse>> start, CancellationToken cancellationToken)
    {
        using var scope = await pipelines.EnterAsync(key, cancellationToken);
        var pipeline = scope.Pipeline;
        for (var isRepeated = false; ; isRepeated = true)
        {
            var worker = await scope.WorkerAsync(cancellationToken);
            try
            {
                using var call = start(worker.Connection!.Client, worker.Connection.Call(cancellationToken));
                return await call;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                var cause = await ExplainAsync(pipeline, worker, exception);
                if (isRepeated || !worker.Crash.Task.IsCompleted)
                {
                    throw cause;
                }
            }
        }
    }

    private static async Task StreamAsync(IWorkerConnection connection, GenerationJournal journal, IServerStreamWriter<GenerationEvent> writer, CancellationToken cancellationToken)
    {
        using var call = connection.Client.Generate(journal.Ask(), connection.Call(cancellationToken));
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            var happened = call.ResponseStream.Current;
            if (journal.Take(happened))
            {
                await writer.WriteAsync(happened, cancellationToken);
            }
        }

        if (!journal.IsFinished)
        {
            throw new IOException("The worker ended the call before every prompt was answered.");
        }
    }

    private async Task<SupervisorException> ExplainAsync(Pipeline pipeline, WorkerInstance worker, Exception exception)
    {
        var typed = exception is RpcException call ? SupervisorException.From(call) : null;
        if (typed is not null && !IsFarewell(typed.Error))
        {
            return typed;
        }

        var known = Task.WhenAny(pipeline.Ended, worker.Crash.Task);
        return await known.CompletesWithinAsync(options.CauseTimeout, time)
            ? await await known
            : typed ?? new SupervisorException(ErrorCodes.EngineUnavailable, $"The call to the worker of {pipeline.Spec.Name} broke: {exception.Message}", pipeline.Spec.Name);
    }

    /// <summary>A worker that leaves cancels what it runs, which nobody here asked for.</summary>
    private static bool IsFarewell(Error error) => error.Code is ErrorCodes.EngineUnavailable or ErrorCodes.RequestCancelled;
}
