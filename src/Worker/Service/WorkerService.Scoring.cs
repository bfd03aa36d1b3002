using Grpc.Core;
using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Generation;
using LmDeploy.Engine.Scheduling;
using LmDeploy.V1;

namespace LmDeploy.Worker.Service;

internal sealed partial class WorkerService
{
    /// <summary>
    /// Prompts of one call that are under way at once: few enough that what their continuations share is still in the cache when its turn comes.
    /// </summary>
    private const int PromptsAtOnce = 64;

    public override async Task<LogLikelihoodResponse> LogLikelihood(WorkerLogLikelihoodRequest request, ServerCallContext context)
    {
        var model = host.Model;
        using var turns = new SemaphoreSlim(PromptsAtOnce);
        var response = new LogLikelihoodResponse();
        response.Results.AddRange(await Task.WhenAll(request.Inputs.Select(input => LogLikelihoodAsync(model, input, turns, context)).ToList()));
        return response;
    }

    public override async Task<RewardScoreResponse> RewardScore(WorkerRewardScoreRequest request, ServerCallContext context)
    {
        var model = host.Model;
        var response = new RewardScoreResponse();
        response.Results.AddRange(await Task.WhenAll(request.Prompts
            .Select(prompt => model.Rewards.ScoreAsync(prompt.Prompt, new RequestOrigin(context, 0, prompt.RequestId), context.CancellationToken))
            .ToList()));
        return response;
    }

    public override async Task<EmbedResponse> Embed(WorkerEmbedRequest request, ServerCallContext context)
    {
        var model = host.Model;
        var options = request.Options ?? new EmbeddingOptions();
        var response = new EmbedResponse();
        var origin = RequestOrigin.Of(request.Caller, request.CacheSalt, call: context);
        response.Results.AddRange(await Task.WhenAll(request.Prompts
            .Select(prompt => model.Embeddings.EncodeAsync(prompt.Prompt, options, origin with { Id = prompt.RequestId }, context.CancellationToken))
            .ToList()));
        return response;
    }

    private static async Task<LogLikelihoodResult> LogLikelihoodAsync(
        TextModel model, WorkerLogLikelihoodInput input, SemaphoreSlim turns, ServerCallContext context)
    {
        await turns.WaitAsync(context.CancellationToken);
        try
        {
            var scored = new LogLikelihoodInput { Prompt = input.Prompt.Prompt, Continuations = { input.Continuations } };
            return await model.Likelihood.ScoreAsync(scored, new RequestOrigin(context, 0, input.Prompt.RequestId), context.CancellationToken);
        }
        finally
        {
            turns.Release();
        }
    }
}
