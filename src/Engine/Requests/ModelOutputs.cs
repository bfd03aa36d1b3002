using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Models.Families;
using LmDeploy.Models.Specs;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Requests;

/// <summary>The outputs that a model supports: logits, embeddings, reward scores.</summary>
internal sealed class ModelOutputs(DecoderSpec spec)
{
    /// <summary>The most logits that one prompt may be answered with, in bytes.</summary>
    private const long LogitBytes = 1L << 30;

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

    /// <param name="positions">How many positions' logits there may be.</param>
    /// <exception cref="EngineException"><see cref="ErrorCodes.InvalidRequest"/>: they are too many.</exception>
    public void RequireLogits(long positions)
    {
        var bytes = positions * spec.VocabSize * sizeof(float);
        if (bytes > LogitBytes)
        {
            throw new EngineException(
                ErrorCodes.InvalidRequest,
                $"output_logits may come to {positions} positions of {spec.VocabSize} logits, which are {bytes} bytes; "
                    + $"at most {LogitBytes} are given for a prompt: "
                + "lower max_new_tokens, or leave out those of the prompt.",
                "output_logits");
        }
    }

    /// <returns>How it makes scores.</returns>
    /// <exception cref="EngineException"><see cref="ErrorCodes.UnsupportedFeature"/>: it is no reward model.</exception>
    public ScoreHeadSpec RequireScore() => spec.ScoreHead ?? throw new EngineException(
        ErrorCodes.UnsupportedFeature,
        $"{spec.Architecture} is no reward model, so it has no reward score; reward models are {ModelHeads.RewardModels}. "
        + (spec.HasOutput ? "GetLogLikelihood and GetPpl say how probable a text is to this one." : "This one is made for GetEmbeddings."));
}
