namespace LmDeploy.Generation;

/// <summary>Writes a generation configuration for the wire.</summary>
internal static class GenerationConfigWire
{
    public static V1.GenerationConfig ToWire(this GenerationConfig config)
    {
        var wire = new V1.GenerationConfig
        {
            MaxNewTokens = config.MaxNewTokens,
            MinNewTokens = config.MinNewTokens,
            UnsetFields = config.Unset,
            IgnoreEos = config.IgnoreEos,
            StopWords = { config.StopWords },
            StopTokenIds = { config.StopTokenIds },
            SkipSpecialTokens = config.SkipSpecialTokens,
            IncludeStopStrInOutput = config.IncludeStopStrInOutput,
            PromptLogprobs = config.PromptLogprobs,
            SpacesBetweenSpecialTokens = config.SpacesBetweenSpecialTokens,
            PresencePenalty = config.PresencePenalty,
            FrequencyPenalty = config.FrequencyPenalty,
            LogitBias = { config.LogitBias.ToDictionary() },
            BadWords = { config.BadWords },
            BadTokenIds = { config.BadTokenIds },
            RepetitionNgramSize = config.RepetitionNgramSize,
            RepetitionNgramThreshold = config.RepetitionNgramThreshold,
            ReturnPpl = config.ReturnPpl,
            Split = config.Split,
            OutputLogits = config.OutputLogits switch
            {
                OutputLogits.Generation => V1.OutputLogits.Generation,
                OutputLogits.All => V1.OutputLogits.All,
                _ => V1.OutputLogits.Unspecified,
            },
        };
        if (config.ResponseFormat is { } format)
        {
            wire.ResponseFormat = format.ToWire();
        }

        WriteSampling(config, wire);
        if (config.RandomSeed is { } seed)
        {
            wire.RandomSeed = seed;
        }

        if (config.Logprobs is { } logprobs)
        {
            wire.Logprobs = logprobs;
        }

        return wire;
    }

    private static void WriteSampling(GenerationConfig config, V1.GenerationConfig wire)
    {
        if (config.Names(SamplingFields.DoSample))
        {
            wire.DoSample = config.DoSample;
        }

        if (config.Names(SamplingFields.Temperature))
        {
            wire.Temperature = config.Temperature;
        }

        if (config.Names(SamplingFields.TopP))
        {
            wire.TopP = config.TopP;
        }

        if (config.Names(SamplingFields.TopK))
        {
            wire.TopK = config.TopK;
        }

        if (config.Names(SamplingFields.MinP))
        {
            wire.MinP = config.MinP;
        }

        if (config.Names(SamplingFields.RepetitionPenalty))
        {
            wire.RepetitionPenalty = config.RepetitionPenalty;
        }
    }
}
