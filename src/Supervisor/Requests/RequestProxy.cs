using Google.Protobuf;
using Grpc.Core;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Journal;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Requests;

/// <summary>
/// Proxies requests to the worker of a pipeline. Cancellation is passed on. A call that is broken by a crash continues on the replacement worker, or
/// fails with the cause of the crash when there is none.
/// </summary>
internal sealed class RequestProxy(PipelineDirectory pipelines, CallFailures failures)
{
    /// <summary>Runs a Generate call.</summary>
    public async Task GenerateAsync(GenerateRequest request, IServerStreamWriter<GenerationEvent> writer, CancellationToken cancellationToken)
    {
        using var scope = await pipelines.EnterAsync(request.Key, cancellationToken);
        var pipeline = scope.Pipeline;
        using var journal = new GenerationJournal(request, pipeline.Requests);
        using var run = new GenerationRun(pipeline, scope, journal, writer, failures);
        await run.RunAsync(cancellationToken);
    }

    /// <summary>Makes an idempotent call, which is repeated when its worker dies.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="key">The pipeline's.</param>
    /// <param name="prompts">The prompts in it that the engine will compute.</param>
    /// <param name="start">Makes the call.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        TRequest request,
        string key,
        IReadOnlyList<WorkerPrompt> prompts,
        Func<V1.Worker.WorkerClient, TRequest, CallOptions, AsyncUnaryCall<TResponse>> start,
        CancellationToken cancellationToken)
        where TRequest : IMessage
        where TResponse : class, IMessage
    {
        using var scope = await pipelines.EnterAsync(key, cancellationToken);
        var pipeline = scope.Pipeline;
        using var call = new InFlightCall(Fingerprint.Of(request), prompts, pipeline.Requests);
        if (!pipeline.PoisonList.IsEmpty && pipeline.PoisonList.Find(call.Fingerprint) is { } refusal)
        {
            throw new SupervisorException(refusal, ErrorStatus.Of(refusal.Code));
        }

        var trial = new Trial(pipeline, scope, failures);
        while (true)
        {
            var worker = await scope.WorkerAsync(cancellationToken);
            try
            {
                return await AskAsync(worker);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                var cause = await failures.ExplainAsync(pipeline, worker, exception);
                if (!worker.Crash.Task.IsCompleted || pipeline.Ended.IsCompleted)
                {
                    throw pipeline.Ended.IsCompleted ? await pipeline.Ended : cause;
                }

                if (cause.Error.Failure is not { } failure || !call.IsAccusedOf(failure))
                {
                    continue;
                }
            }

            TResponse? response = null;
            var guilt = await trial.RunAsync(async suspect => response = await AskAsync(suspect), call.IsAccusedOf, cancellationToken);
            if (response is not null)
            {
                return response;
            }

            if (guilt is not null)
            {
                var poisoned = pipeline.PoisonList.Poison(call.Fingerprint, guilt.Error.Failure!, guilt.Message);
                throw new SupervisorException(poisoned, ErrorStatus.Of(poisoned.Code));
            }
        }

        async Task<TResponse> AskAsync(WorkerInstance worker)
        {
            using var asked = start(worker.Connection!.Client, request, worker.Connection.Call(cancellationToken));
            return await asked;
        }
    }
}
