using Grpc.Core;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Failures;
using LmDeploy.Supervisor.Journal;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Poison;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Requests;

/// <summary>
/// Hands requests on to the worker of the pipeline they name. A caller that cancels cancels the worker's call. A call that a dying
/// worker broke goes on with the worker that takes its place, and fails with the cause of that death when none does.
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

    /// <summary>Makes a call that changes nothing, so that it can be made again when its worker dies.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="key">The pipeline's.</param>
    /// <param name="prompts">The prompts in it that the engine will compute.</param>
    /// <param name="start">Makes the call.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        TRequest request,
        string key,
        IReadOnlyList<Prompt> prompts,
        Func<V1.Worker.WorkerClient, TRequest, CallOptions, AsyncUnaryCall<TResponse>> start,
        CancellationToken cancellationToken)
        where TRequest : Google.Protobuf.IMessage
    {
        using var scope = await pipelines.EnterAsync(key, cancellationToken);
        var pipeline = scope.Pipeline;
        using var call = new InFlightCall(Fingerprint.Of(request), prompts, pipeline.Requests);
        if (!pipeline.Poison.IsEmpty && pipeline.Poison.Find(call.Fingerprint) is { } refusal)
        {
            throw new SupervisorException(refusal, ErrorStatus.Of(refusal.Code));
        }

        for (var isAccused = false; ;)
        {
            await using var turn = isAccused ? await pipeline.Probation.TakeTurnAsync(cancellationToken) : null;
            var worker = turn?.Worker ?? await scope.WorkerAsync(cancellationToken);
            try
            {
                using var asked = start(worker.Connection!.Client, request, worker.Connection.Call(cancellationToken));
                return await asked;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                var cause = await failures.ExplainAsync(turn?.Source ?? pipeline, worker, exception);
                if (!worker.Crash.Task.IsCompleted || pipeline.Ended.IsCompleted)
                {
                    throw pipeline.Ended.IsCompleted ? await pipeline.Ended : cause;
                }

                var isNamed = cause.Error.Failure is { } failure && Blame.IsOnRequests(failure)
                    && (turn?.Worker is not null || failure.Running.Count == 0 || failure.Running.Any(running => call.Has(running.Id)));
                if (isNamed && isAccused)
                {
                    var conviction = pipeline.Poison.Convict(call.Fingerprint, cause.Error.Failure!, cause.Message);
                    throw new SupervisorException(conviction, ErrorStatus.Of(conviction.Code));
                }

                isAccused = isNamed;
            }
        }
    }
}
