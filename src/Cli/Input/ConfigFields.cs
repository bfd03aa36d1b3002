using System.Text.Json;

namespace LmDeploy.Cli.Input;

/// <summary>Reads the generation settings of a line, by LMDeploy's field names.</summary>
internal static class ConfigFields
{
    private static readonly (string Name, Func<GenerationConfig, JsonElement, GenerationConfig> Apply)[] _fields =
    [
        ("n", (c, v) => c with { N = v.AsInteger("n") }),
        ("max_new_tokens", (c, v) => c with { MaxNewTokens = v.AsInteger("max_new_tokens") }),
        ("min_new_tokens", (c, v) => c with { MinNewTokens = v.AsInteger("min_new_tokens") }),
        ("do_sample", (c, v) => c with { DoSample = v.AsBoolean("do_sample") }),
        ("temperature", (c, v) => c with { Temperature = v.AsNumber("temperature") }),
        ("top_p", (c, v) => c with { TopP = v.AsNumber("top_p") }),
        ("top_k", (c, v) => c with { TopK = v.AsInteger("top_k") }),
        ("min_p", (c, v) => c with { MinP = v.AsNumber("min_p") }),
        ("repetition_penalty", (c, v) => c with { RepetitionPenalty = v.AsNumber("repetition_penalty") }),
        ("presence_penalty", (c, v) => c with { PresencePenalty = v.AsNumber("presence_penalty") }),
        ("frequency_penalty", (c, v) => c with { FrequencyPenalty = v.AsNumber("frequency_penalty") }),
        ("logit_bias", (c, v) => c with { LogitBias = AsBiases(v) }),
        ("bad_words", (c, v) => c with { BadWords = AsWords("bad_words", v) }),
        ("bad_token_ids", (c, v) => c with { BadTokenIds = v.AsIds("bad_token_ids") }),
        ("repetition_ngram_size", (c, v) => c with { RepetitionNgramSize = v.AsInteger("repetition_ngram_size") }),
        ("repetition_ngram_threshold", (c, v) => c with { RepetitionNgramThreshold = v.AsInteger("repetition_ngram_threshold") }),
        ("return_ppl", (c, v) => c with { ReturnPpl = v.AsBoolean("return_ppl") }),
        ("output_logits", (c, v) => c with { OutputLogits = AsOutputLogits(v) }),
        ("response_format", (c, v) => c with { ResponseFormat = ResponseFormatField.Parse(v) }),
        ("ignore_eos", (c, v) => c with { IgnoreEos = v.AsBoolean("ignore_eos") }),
        ("random_seed", (c, v) => c with { RandomSeed = AsSeed(v) }),
        ("stop_words", (c, v) => c with { StopWords = AsWords("stop_words", v) }),
        ("stop_token_ids", (c, v) => c with { StopTokenIds = v.AsIds("stop_token_ids") }),
        ("skip_special_tokens", (c, v) => c with { SkipSpecialTokens = v.AsBoolean("skip_special_tokens") }),
        ("include_stop_str_in_output", (c, v) => c with { IncludeStopStrInOutput = v.AsBoolean("include_stop_str_in_output") }),
        ("spaces_between_special_tokens", (c, v) => c with { SpacesBetweenSpecialTokens = v.AsBoolean("spaces_between_special_tokens") }),
        ("logprobs", (c, v) => c with { Logprobs = v.AsInteger("logprobs") }),
        ("prompt_logprobs", (c, v) => c with { PromptLogprobs = v.AsBoolean("prompt_logprobs") }),
    ];

    public static GenerationConfig Apply(JsonElement line, GenerationConfig config)
    {
        foreach (var (name, apply) in _fields)
        {
            config = line.Has(name) ? Apply(name, apply, line.GetProperty(name), config) : config;
        }

        return config;
    }

    private static GenerationConfig Apply(
        string name, Func<GenerationConfig, JsonElement, GenerationConfig> apply, JsonElement value, GenerationConfig config)
    {
        try
        {
            return apply(config, value);
        }
        catch (ArgumentException e)
        {
            throw new FormatException(SettingError.Text(e, name), e);
        }
    }

    private static ulong AsSeed(JsonElement value)
        => value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out var seed)
            ? seed
            : throw new FormatException($"random_seed must be a whole number, 0 or more, found {value.GetRawText()}");

    private static OutputLogits AsOutputLogits(JsonElement value) => value.AsText("output_logits") switch
    {
        "none" => OutputLogits.None,
        "generation" => OutputLogits.Generation,
        "all" => OutputLogits.All,
        var other => throw new FormatException($"output_logits must be none, generation or all, found \"{other}\""),
    };

    private static string[] AsWords(string name, JsonElement value)
        => [.. value.Must(JsonValueKind.Array, name, "an array of strings").EnumerateArray().Select(word => word.AsText(name))];

    private static Dictionary<int, double> AsBiases(JsonElement value)
    {
        var biases = new Dictionary<int, double>();
        foreach (var bias in value.Must(JsonValueKind.Object, "logit_bias", "an object of token ids and numbers").EnumerateObject())
        {
            biases[TokenIds.Parse("logit_bias", bias.Name)] = bias.Value.AsNumber("logit_bias");
        }

        return biases;
    }
}
