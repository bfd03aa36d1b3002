using LmDeploy.Limits;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Texts;
using LmDeploy.Text.Tokenization;
using LmDeploy.V1;

namespace LmDeploy.Engine.Generation;

/// <summary>What a model folder says about generation.</summary>
/// <param name="EosTokenIds">The tokens that end it: from generation_config.json, else from config.json.</param>
/// <param name="Sampling">How tokens are chosen where a request leaves that to the model.</param>
internal sealed record GenerationDefaults(IReadOnlyList<int> EosTokenIds, SamplingDefaults Sampling)
{
    /// <summary>The tokens that end a generation: these and the tokenizer's own.</summary>
    public IReadOnlyList<int> EosTokens(ModelTokenizer tokenizer) =>
        tokenizer.SpecialTokens.EosToken is { } eos && tokenizer.IdOf(eos) is { } id ? [.. EosTokenIds.Append(id).Distinct()] : EosTokenIds;

    public static GenerationDefaults Read(string folder, ConfigFile config)
    {
        var file = ConfigFile.TryOpen(folder, "generation_config.json");
        return new GenerationDefaults(ModelText.EndTokens(folder, config), file is null ? new SamplingDefaults() : ReadSampling(file));
    }

    /// <summary>
    /// Values that are out of range for a request are ignored, NaN and strings included. Other programs may use them, so the model is still served.
    /// </summary>
    private static SamplingDefaults ReadSampling(ConfigFile file)
    {
        var sampling = new SamplingDefaults();
        if (file.BoolIfAny("do_sample") is { } sample)
        {
            sampling.DoSample = sample;
        }

        if (file.NumberIfAny("temperature") is >= 0 and <= GenerationLimits.MostTemperature and var temperature)
        {
            sampling.Temperature = temperature;
        }

        if (file.NumberIfAny("top_p") is >= 0 and <= 1 and var topP)
        {
            sampling.TopP = topP;
        }

        if (file.NumberIfAny("top_k") is >= -1 and <= int.MaxValue and var topK && topK == Math.Truncate(topK))
        {
            sampling.TopK = (int)Math.Max(topK, 0);
        }

        if (file.NumberIfAny("min_p") is >= 0 and <= 1 and var minP)
        {
            sampling.MinP = minP;
        }

        if (file.NumberIfAny("repetition_penalty") is > 0 and <= float.MaxValue and var penalty)
        {
            sampling.RepetitionPenalty = penalty;
        }

        return sampling;
    }
}
