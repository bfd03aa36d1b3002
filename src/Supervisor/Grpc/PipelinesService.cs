using Grpc.Core;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Logging;
using LmDeploy.Supervisor.Remote;
using LmDeploy.Supervisor.Requests;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Grpc;

/// <summary>The gRPC service of clients: the Hold stream, which keeps a pipeline alive, and requests, which are proxied to its worker.</summary>
internal sealed partial class PipelinesService(Quotas quotas, RemoteModels models, RequestProxy proxy, ILogger<PipelinesService> logger)
    : V1.Pipelines.PipelinesBase
{
    public override async Task Hold(IAsyncStreamReader<HoldRequest> requestStream, IServerStreamWriter<HoldEvent> responseStream, ServerCallContext context)
    {
        var open = await requestStream.MoveNext(context.CancellationToken) ? requestStream.Current.Open : null;
        var caller = Caller.Of(context);
        await models.LocateAsync(open, caller, context.CancellationToken);
        var pipeline = quotas.Open(caller, PipelineSpec.Create(open, HolderProcess.Of(context.GetHttpContext())));
        using var watchEnds = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var watch = WatchHolderAsync(pipeline, requestStream, watchEnds.Token);
        try
        {
            var isListening = true;
            await foreach (var holdEvent in pipeline.Events.ReadAllAsync())
            {
                isListening = isListening && await TryTellAsync(pipeline, responseStream, holdEvent);
            }

            var outcome = await pipeline.Completion;
            if (outcome.StartFailure is { } failure)
            {
                throw failure;
            }
        }
        finally
        {
            // A read that outlives its call would break the next call: Kestrel uses a connection's streams again.
            await watchEnds.CancelAsync();
            await watch;
        }
    }

    public override Task Generate(GenerateRequest request, IServerStreamWriter<GenerationEvent> responseStream, ServerCallContext context)
    {
        var caller = Caller.Of(context);
        request.Caller = caller.IsRemote ? caller.Owner : request.Caller;
        request.CacheSalt = caller.SaltOf(request.CacheSalt);
        return proxy.GenerateAsync(request, responseStream, context.CancellationToken);
    }

    public override Task<LogLikelihoodResponse> LogLikelihood(LogLikelihoodRequest request, ServerCallContext context)
    {
        var asked = request.ForWorker();
        return proxy.CallAsync(
            asked, request.Key, [.. asked.Inputs.Select(input => input.Prompt)], (client, call, options) => client.LogLikelihoodAsync(call, options),
            context.CancellationToken);
    }

    public override Task<RewardScoreResponse> RewardScore(RewardScoreRequest request, ServerCallContext context)
    {
        var asked = request.ForWorker();
        return proxy.CallAsync(asked, request.Key, asked.Prompts, (client, call, options) => client.RewardScoreAsync(call, options), context.CancellationToken);
    }

    public override Task<EmbedResponse> Embed(EmbedRequest request, ServerCallContext context)
    {
        var caller = Caller.Of(context);
        request.Caller = caller.IsRemote ? caller.Owner : request.Caller;
        request.CacheSalt = caller.SaltOf(request.CacheSalt);
        var asked = request.ForWorker();
        return proxy.CallAsync(asked, request.Key, asked.Prompts, (client, call, options) => client.EmbedAsync(call, options), context.CancellationToken);
    }

    public override Task<TokenizeResponse> Tokenize(TokenizeRequest request, ServerCallContext context) =>
        proxy.CallAsync(request.ForWorker(), request.Key, [], (client, asked, options) => client.TokenizeAsync(asked, options), context.CancellationToken);

    public override Task<DetokenizeResponse> Detokenize(DetokenizeRequest request, ServerCallContext context) =>
        proxy.CallAsync(request.ForWorker(), request.Key, [], (client, asked, options) => client.DetokenizeAsync(asked, options), context.CancellationToken);

    /// <summary>Turns the end of the holder's stream into the end of the pipeline.</summary>
    private async Task WatchHolderAsync(Pipeline pipeline, IAsyncStreamReader<HoldRequest> requests, CancellationToken cancellationToken)
    {
        try
        {
            while (await requests.MoveNext(cancellationToken))
            {
                LogIgnored(pipeline.Spec.Id, pipeline.Spec.Name);
            }

            pipeline.Stop(StopReason.Disposed);
        }
        catch (OperationCanceledException) when (pipeline.Completion.IsCompleted)
        {
            LogHoldOver(pipeline.Spec.Id, pipeline.Spec.Name);
        }
        catch (Exception exception)
        {
            LogHolderLost(pipeline.Spec.Id, pipeline.Spec.Name, exception.Message);
            pipeline.Stop(StopReason.HolderLost);
        }
    }

    private async Task<bool> TryTellAsync(Pipeline pipeline, IServerStreamWriter<HoldEvent> responses, HoldEvent holdEvent)
    {
        try
        {
            await responses.WriteAsync(holdEvent);
            return true;
        }
        catch (Exception exception)
        {
            LogHolderLost(pipeline.Spec.Id, pipeline.Spec.Name, exception.Message);
            pipeline.Stop(StopReason.HolderLost);
            return false;
        }
    }

    [LoggerMessage(EventIds.HolderLost, LogLevel.Information, "pipeline {Id} ({Name}): its holder is gone: {Reason}", EventName = nameof(EventIds.HolderLost))]
    private partial void LogHolderLost(string id, string name, string reason);

    [LoggerMessage(EventIds.HoldOver, LogLevel.Debug, "pipeline {Id} ({Name}) ended before its holder let go", EventName = nameof(EventIds.HoldOver))]
    private partial void LogHoldOver(string id, string name);

    [LoggerMessage(
        EventIds.HoldMessageIgnored, LogLevel.Warning, "pipeline {Id} ({Name}): its holder sent a second message, which is ignored",
        EventName = nameof(EventIds.HoldMessageIgnored))]
    private partial void LogIgnored(string id, string name);
}
