using LmDeploy.V1;
using LmDeploy.Worker.Errors;
using LmDeploy.Worker.Models;
using LmDeploy.Worker.Models.Families;

namespace LmDeploy.Worker.Generation;

/// <summary>What a model can be asked for.</summary>
internal sealed class ModelOutputs(DecoderSpec spec)
{
    /// <exception cref="EngineException"><see cref="ErrorCodes.UnsupportedFeature"/>: the model says nothing of tokens.</exception>
    public void RequireTokens()
    {
        if (!spec.HasOutput)
        {
            throw new EngineException(
                ErrorCodes.UnsupportedFeature,
                $"{spec.Architecture} has no output layer over the vocabulary, so it neither generates nor scores text: "
                + (spec.ScoreHead is null ? "it is made for GetEmbeddings." : "it is a reward model, made for GetRewardScore.")
                + " Load a model for generation instead.");
        }
    }

    /// <returns>How it makes scores.</returns>
    /// <exception cref="EngineException"><see cref="ErrorCodes.UnsupportedFeature"/>: it is no reward model.</exception>
    public ScoreHeadSpec RequireScore() => spec.ScoreHead ?? throw new EngineException(
        ErrorCodes.UnsupportedFeature,
        $"{spec.Architecture} is no reward model, so it has no reward score; reward models are {ModelHeads.RewardModels}. "
        + (spec.HasOutput ? "GetLogLikelihood and GetPpl say how probable a text is to this one." : "This one is made for GetEmbeddings."));
}
