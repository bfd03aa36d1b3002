using LmDeploy.Engine.Sampling;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Requests;

/// <summary>A request that prefills a prompt for its readouts and generates nothing.</summary>
internal sealed class PrefillRequest : EngineRequest
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the readouts have everything.</summary>
    public Task Done => _done.Task;

    /// <param name="origin">The caller, the cache salt and the id of the request.</param>
    public static PrefillRequest Create(RequestOrigin origin, int[] ids, IReadOnlyList<IReadout> readouts, CancellationToken cancellationToken) => new()
    {
        Origin = origin,
        PromptIds = ids,
        Readouts = readouts,
        Sampling = new SamplingParameters(),
        MaxNewTokens = 0,
        StopTokenIds = new HashSet<int>(),
        CancellationToken = cancellationToken,
    };

    public override void OnPrefilled()
    {
    }

    public override bool OnToken(SampledToken token, bool isStopToken) => throw new InvalidOperationException("Nothing is generated after this prompt.");

    public override void OnFinished(FinishReason reason, Error? error)
    {
        if (error is null)
        {
            _done.SetResult();
        }
        else
        {
            _done.SetException(new EngineException(error.Code, error.Message, error.Subject));
        }
    }
}
