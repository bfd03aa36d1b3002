using LmDeploy.Engine.Likelihood;
using LmDeploy.Engine.Sampling;
using LmDeploy.Engine.Scheduling;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Golden;

/// <summary>An engine request that keeps what it is told.</summary>
internal sealed class RecordingRequest : EngineRequest
{
    private readonly TaskCompletionSource<(FinishReason Reason, Error? Error)> _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<int> Tokens { get; } = [];

    public List<TokenLogprobs?> Logprobs { get; } = [];

    /// <summary>The log-probabilities of the prompt's tokens but the first, where they are asked for.</summary>
    public IReadOnlyList<float> PromptLogprobs => [.. Readouts.OfType<LikelihoodReadout>().SingleOrDefault()?.Logprobs.Select(logprob => (float)logprob) ?? []];

    /// <summary>The names of what it was told, in order.</summary>
    public List<string> Told { get; } = [];

    public bool AsksForLogits { get; init; }

    public override bool WantsLogits => AsksForLogits;

    /// <summary>Called with each token, on the engine's thread.</summary>
    public Action<int> Observe { get; init; } = _ => { };

    public Task<(FinishReason Reason, Error? Error)> Finished => _finished.Task;

    public static RecordingRequest Greedy(int[] prompt, int maxNewTokens, CancellationToken cancellationToken = default) => new()
    {
        PromptIds = prompt,
        Sampling = new SamplingParameters { Logprobs = 5 },
        MaxNewTokens = maxNewTokens,
        Readouts = [new LikelihoodReadout(prompt, first: 1)],
        StopTokenIds = new HashSet<int>(),
        CancellationToken = cancellationToken,
    };

    /// <summary>As <see cref="Greedy"/>, without log-probabilities of the prompt.</summary>
    public static RecordingRequest Unscored(int[] prompt, int maxNewTokens, params int[] resumed) => new()
    {
        PromptIds = prompt,
        ResumedIds = resumed,
        Sampling = new SamplingParameters { Logprobs = 5 },
        MaxNewTokens = maxNewTokens,
        StopTokenIds = new HashSet<int>(),
    };

    /// <summary>Nothing but tokens is asked for.</summary>
    public static RecordingRequest Plain(int[] prompt, int maxNewTokens, SamplingParameters? sampling = null) => new()
    {
        PromptIds = prompt,
        Sampling = sampling ?? new SamplingParameters(),
        MaxNewTokens = maxNewTokens,
        StopTokenIds = new HashSet<int>(),
    };

    public override void OnPrefilled() => Told.Add(nameof(OnPrefilled));

    public override void OnLogits(ReadOnlySpan<byte> logits) => Told.Add(nameof(OnLogits));

    public override bool OnToken(SampledToken token, bool isStopToken)
    {
        Told.Add(nameof(OnToken));
        Tokens.Add(token.Id);
        Logprobs.Add(token.Logprobs);
        Observe(token.Id);
        return false;
    }

    public override void OnFinished(FinishReason reason, Error? error) => _finished.SetResult((reason, error));
}
