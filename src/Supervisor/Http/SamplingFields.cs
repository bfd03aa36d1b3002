using System.Globalization;
using System.Text.Json;
using LmDeploy.Limits;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http;

/// <summary>
/// Reads what chat and plain completions say in the same words about how tokens are chosen: OpenAI's fields, and those of vLLM and LMDeploy beside them.
/// What is not set has what the model's generation_config.json says, else OpenAI's or LMDeploy's default. The engine checks the ranges it knows.
/// </summary>
internal static class SamplingFields
{
    public static int Choices(BodyFields fields) => fields.Integer("n", 1, GenerationLimits.MostAnswers) ?? 1;

    public static GenerationConfig Read(BodyFields fields)
    {
        var config = new GenerationConfig { UnsetFields = UnsetFields.ModelOrOpenai };
        Set(fields.Number("temperature", 0, GenerationLimits.MostTemperature), temperature =>
        {
            config.DoSample = temperature > 0;
            config.Temperature = temperature;
        });
        Set(fields.Number("top_p", 0, 1), topP => config.TopP = topP);
        Set(fields.Integer("top_k", -1), topK => config.TopK = Math.Max(topK, 0));
        Set(fields.Number("min_p", 0, 1), minP => config.MinP = minP);
        Set(fields.Number("repetition_penalty", 0, double.MaxValue), penalty => config.RepetitionPenalty = penalty);
        config.PresencePenalty = fields.Number("presence_penalty", -GenerationLimits.MostPenalty, GenerationLimits.MostPenalty) ?? 0;
        config.FrequencyPenalty = fields.Number("frequency_penalty", -GenerationLimits.MostPenalty, GenerationLimits.MostPenalty) ?? 0;
        Set(fields.Long("seed"), seed => config.RandomSeed = unchecked((ulong)seed));
        Set(fields.Flag("ignore_eos"), ignore => config.IgnoreEos = ignore);
        Set(fields.Flag("skip_special_tokens"), skip => config.SkipSpecialTokens = skip);
        Set(fields.Flag("spaces_between_special_tokens"), spaces => config.SpacesBetweenSpecialTokens = spaces);
        Set(fields.Flag("include_stop_str_in_output"), include => config.IncludeStopStrInOutput = include);
        Set(fields.Integer("min_tokens", 0) ?? fields.Integer("min_new_tokens", 0), least => config.MinNewTokens = least);
        config.StopWords.AddRange(Words(fields, "stop", WordLimits.MostStopWords));
        config.StopTokenIds.AddRange(fields.Integers("stop_token_ids") ?? []);
        config.BadWords.AddRange(Words(fields, "bad_words", WordLimits.MostBadWords));
        ReadBias(fields, config);
        config.ResponseFormat = ResponseFormatFields.Read(fields);
        return config;
    }

    /// <summary>The configuration of one of several answers to a prompt: with a seed, each has the next.</summary>
    public static GenerationConfig ForChoice(GenerationConfig config, int choice)
    {
        var own = config.Clone();
        if (config.HasRandomSeed)
        {
            own.RandomSeed = unchecked(config.RandomSeed + (ulong)choice);
        }

        return own;
    }

    private static IReadOnlyList<string> Words(BodyFields fields, string name, int most)
    {
        var words = fields.Texts(name) ?? [];
        return WordLimits.Problem(name, words, most) is { } problem ? throw ApiException.Invalid(problem, name) : words;
    }

    private static void ReadBias(BodyFields fields, GenerationConfig config)
    {
        if (fields.Object("logit_bias") is not { } biases)
        {
            return;
        }

        foreach (var bias in biases.Element.EnumerateObject())
        {
            var id = int.TryParse(bias.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw ApiException.Invalid($"logit_bias has to map token ids to numbers, got the key \"{bias.Name}\".", "logit_bias");
            config.LogitBias[id] = bias.Value.ValueKind == JsonValueKind.Null
                ? 0
                : biases.NumberOf(bias.Name, bias.Value, -GenerationLimits.MostBias, GenerationLimits.MostBias);
        }
    }

    private static void Set<T>(T? value, Action<T> set)
        where T : struct
    {
        if (value is { } present)
        {
            set(present);
        }
    }
}
