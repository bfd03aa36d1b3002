using LmDeploy.V1;

namespace LmDeploy.Supervisor.Requests;

/// <summary>What clients ask for, as workers are asked for it.</summary>
internal static class WorkerRequests
{
    public static WorkerLogLikelihoodRequest ForWorker(this LogLikelihoodRequest request) => new()
    {
        // Where there is no prompt, the worker says so.
        Inputs =
        {
            request.Inputs.Select(input => new WorkerLogLikelihoodInput
            {
                Prompt = ForWorker(input.Prompt ?? new Prompt()),
                Continuations = { input.Continuations },
            }),
        },
    };

    public static WorkerRewardScoreRequest ForWorker(this RewardScoreRequest request) => new() { Prompts = { request.Prompts.Select(ForWorker) } };

    public static WorkerEmbedRequest ForWorker(this EmbedRequest request) =>
        new() { Prompts = { request.Prompts.Select(ForWorker) }, Options = request.Options, Caller = request.Caller, CacheSalt = request.CacheSalt };

    public static WorkerTokenizeRequest ForWorker(this TokenizeRequest request) => new() { Prompts = { request.Prompts } };

    public static WorkerDetokenizeRequest ForWorker(this DetokenizeRequest request) =>
        new() { Inputs = { request.Inputs }, SkipSpecialTokens = request.SkipSpecialTokens };

    private static WorkerPrompt ForWorker(Prompt prompt) => new() { Prompt = prompt };
}
