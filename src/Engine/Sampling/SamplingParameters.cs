using LmDeploy.Limits;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Sampling;

/// <summary>How tokens of one sequence are chosen; LMDeploy's names, defaults and ranges, checked.</summary>
internal sealed record SamplingParameters
{
    public bool DoSample { get; init; }

    public double Temperature { get; init; } = GenerationLimits.DefaultTemperature;

    /// <summary>0 considers every token.</summary>
    public int TopK { get; init; } = GenerationLimits.DefaultTopK;

    public double TopP { get; init; } = GenerationLimits.DefaultTopP;

    public double MinP { get; init; } = GenerationLimits.DefaultMinP;

    public double RepetitionPenalty { get; init; } = GenerationLimits.DefaultRepetitionPenalty;

    /// <summary>Taken once from the logit of each token that was generated.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Taken from the logit of each token as often as it was generated.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>Added to the logits of these tokens.</summary>
    public IReadOnlyDictionary<int, double> LogitBias { get; init; } = new Dictionary<int, double>();

    public ulong Seed { get; init; }

    public int MinNewTokens { get; init; }

    /// <summary>How many candidates to report beside the chosen token; null for no log-probabilities at all.</summary>
    public int? Logprobs { get; init; }

    /// <summary>Whether the most likely token is taken without a draw.</summary>
    public bool IsGreedy => !DoSample || Temperature == 0 || TopK == 1;

    /// <summary>Whether a penalty needs the tokens of the context.</summary>
    public bool CountsContext => RepetitionPenalty != 1 || PresencePenalty != 0 || FrequencyPenalty != 0;

    /// <summary>Whether logits are used as the model gives them, without adjustments.</summary>
    public bool LeavesLogitsAlone => !CountsContext && LogitBias.Count == 0;

    /// <summary>Whether a step only needs the argmax.</summary>
    public bool IsPlainArgmax => IsGreedy && Logprobs is null && LeavesLogitsAlone;

    /// <param name="model">What the model says of it, where the request leaves that to it.</param>
    /// <exception cref="EngineException"><see cref="ErrorCodes.InvalidRequest"/>, naming the field, its value and its range.</exception>
    public static SamplingParameters From(GenerationConfig config, SamplingDefaults model)
    {
        var defaults = DefaultsOf(config.UnsetFields, model);
        return new SamplingParameters
        {
            DoSample = config.HasDoSample ? config.DoSample : config.UnsetFields != UnsetFields.Unspecified && (config.HasTemperature || defaults.DoSample),
            Temperature = InRange("temperature", config.HasTemperature ? config.Temperature : defaults.Temperature, 0, GenerationLimits.MostTemperature),
            TopK = (int)InRange("top_k", config.HasTopK ? config.TopK : defaults.TopK, 0, int.MaxValue),
            TopP = InRange("top_p", config.HasTopP ? config.TopP : defaults.TopP, 0, 1),
            MinP = InRange("min_p", config.HasMinP ? config.MinP : defaults.MinP, 0, 1),
            RepetitionPenalty = InRange(
                "repetition_penalty", config.HasRepetitionPenalty ? config.RepetitionPenalty : defaults.RepetitionPenalty, double.Epsilon, float.MaxValue),
            PresencePenalty = InRange("presence_penalty", config.PresencePenalty, -GenerationLimits.MostPenalty, GenerationLimits.MostPenalty),
            FrequencyPenalty = InRange("frequency_penalty", config.FrequencyPenalty, -GenerationLimits.MostPenalty, GenerationLimits.MostPenalty),
            LogitBias = config.LogitBias.ToDictionary(
                bias => bias.Key, bias => InRange("logit_bias", bias.Value, -GenerationLimits.MostBias, GenerationLimits.MostBias)),
            MinNewTokens = (int)InRange("min_new_tokens", config.MinNewTokens, 0, int.MaxValue),
            Logprobs = config.HasLogprobs ? (int)InRange("logprobs", config.Logprobs, 0, GenerationLimits.MostLogprobs) : null,
            Seed = config.HasRandomSeed ? config.RandomSeed : (ulong)Random.Shared.NextInt64(),
        };
    }

    private static SamplingParameters DefaultsOf(UnsetFields fields, SamplingDefaults model)
    {
        var own = new SamplingParameters();
        return fields == UnsetFields.Unspecified ? own : own with
        {
            DoSample = model.HasDoSample
                ? model.DoSample
                : fields == UnsetFields.ModelOrOpenai || model.HasTemperature || model.HasTopP || model.HasTopK || model.HasMinP,
            Temperature = model.HasTemperature ? model.Temperature : fields == UnsetFields.ModelOrOpenai ? 1 : own.Temperature,
            TopK = model.HasTopK ? model.TopK : own.TopK,
            TopP = model.HasTopP ? model.TopP : own.TopP,
            MinP = model.HasMinP ? model.MinP : own.MinP,
            RepetitionPenalty = model.HasRepetitionPenalty ? model.RepetitionPenalty : own.RepetitionPenalty,
        };
    }

    private static double InRange(string name, double value, double least, double most) =>
        value >= least && value <= most
            ? value
            : throw new EngineException(
                ErrorCodes.InvalidRequest,
                $"{name} must be {(least == double.Epsilon ? "above 0" : $"at least {least}")}{(most >= int.MaxValue ? "" : $" and at most {most}")}, "
                    + $"got {value}.",
                name);
}
