using LmDeploy.Engine.Sampling;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Generation;

/// <summary>A prompt of a Score call: prefilled for the log-probabilities of its tokens, nothing generated.</summary>
internal sealed class ScoringRequest : EngineRequest
{
    private readonly TaskCompletionSource<IReadOnlyList<float>> _scores = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyList<float> _logprobs = [];

    /// <summary>The log-probabilities from <see cref="EngineRequest.PromptLogprobsFrom"/> on.</summary>
    public Task<IReadOnlyList<float>> Scores => _scores.Task;

    public override void OnPrefilled(IReadOnlyList<float> promptLogprobs) => _logprobs = promptLogprobs;

    public override bool OnToken(SampledToken token, bool isStopToken) => throw new InvalidOperationException("A scored prompt generates nothing.");

    public override void OnFinished(FinishReason reason, Error? error)
    {
        if (error is null)
        {
            _scores.SetResult(_logprobs);
        }
        else
        {
            _scores.SetException(new EngineException(error.Code, error.Message, error.Subject));
        }
    }
}
