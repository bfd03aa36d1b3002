using LmDeploy.Engine.Errors;
using LmDeploy.Engine.Requests;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Rewards;

/// <summary>Asks a reward model for its score of a prompt: what its score layers make of the last position. Thread-safe.</summary>
internal sealed class RewardScorer(PromptEncoder encoder, EngineThread engine, ModelOutputs outputs, int sessionLen)
{
    /// <exception cref="EngineException"><see cref="ErrorCodes.RequestCancelled"/>.</exception>
    public async Task<RewardResult> ScoreAsync(Prompt prompt, RequestOrigin origin, CancellationToken cancellationToken)
    {
        try
        {
            var head = outputs.RequireScore();
            var ids = encoder.EncodeWithin(sessionLen, prompt, cancellationToken).Ids;
            var counted = ids[..Length(ids, head.Padding)];
            PrefillLimits.Check(counted.Length, sessionLen);
            var readout = new RewardReadout(counted.Length - 1);
            var request = PrefillRequest.Create(origin, counted, [readout], cancellationToken);
            engine.Submit(request);
            await request.Done.ConfigureAwait(false);
            return new RewardResult { Score = readout.Score, InputTokenLen = ids.Length };
        }
        catch (EngineException e) when (e.Code != ErrorCodes.RequestCancelled)
        {
            return new RewardResult { Error = EngineError.ToError(e) };
        }
    }

    /// <summary>How many tokens there are without the padding at the end; the first one always counts.</summary>
    private static int Length(int[] ids, IReadOnlyList<int> padding)
    {
        var length = ids.Length;
        while (length > 1 && padding.Contains(ids[length - 1]))
        {
            length--;
        }

        return length;
    }
}
