using System.CommandLine;
using LmDeploy.Cli.Input;
using System.Globalization;
using LmDeploy.Limits;

namespace LmDeploy.Cli.Flags;

/// <summary>The flags that make a <see cref="GenerationConfig"/>.</summary>
internal sealed class GenerationFlags
{
    private static readonly GenerationConfig _defaults = new();

    private readonly Option<bool> _greedy = new("--greedy")
    {
        Description = "Greedy decoding: always choose the most probable token (argmax). This is the default.",
    };
    private readonly Option<bool> _sample = new("--sample")
    {
        Description =
            "Sample tokens, by default with the model's generation_config.json. Implied by --temperature, --top-p, --top-k and --min-p.",
    };

    private readonly Option<int?> _maxNewTokens = new("--max-new-tokens")
    {
        Description = $"The longest answer in tokens. Default: {GenerationLimits.DefaultMaxNewTokens}.",
    };
    private readonly Option<int?> _minNewTokens = new("--min-new-tokens") { Description = "The shortest answer in tokens. Default: 0." };
    private readonly Option<double?> _temperature = new("--temperature")
    {
        Description = $"0 to {GenerationLimits.MostTemperature}. Default: {GenerationLimits.DefaultTemperature}.",
    };
    private readonly Option<double?> _topP = new("--top-p") { Description = $"0 to 1. Default: {GenerationLimits.DefaultTopP}." };
    private readonly Option<int?> _topK = new("--top-k") { Description = $"0 (all) or more. Default: {GenerationLimits.DefaultTopK}." };
    private readonly Option<double?> _minP = new("--min-p") { Description = $"0 to 1. Default: {GenerationLimits.DefaultMinP}." };
    private readonly Option<double?> _repetitionPenalty = new("--repetition-penalty")
    {
        Description = $"More than 0. Default: {GenerationLimits.DefaultRepetitionPenalty}.",
    };
    private readonly Option<double?> _presencePenalty = new("--presence-penalty")
    {
        Description = $"-{GenerationLimits.MostPenalty} to {GenerationLimits.MostPenalty}, subtracted once from the logit of each generated token. Default: 0.",
    };
    private readonly Option<double?> _frequencyPenalty = new("--frequency-penalty")
    {
        Description = $"-{GenerationLimits.MostPenalty} to {GenerationLimits.MostPenalty}, subtracted for each time that a token was generated. Default: 0.",
    };
    private readonly Option<string[]> _logitBias = new("--logit-bias")
    {
        Description = $"TOKEN_ID=BIAS, -{GenerationLimits.MostBias} to {GenerationLimits.MostBias}; repeatable.",
    };
    private readonly Option<string[]> _badWords = new("--bad-words") { Description = "A text that the answer must not contain; repeatable." };
    private readonly Option<string[]> _badTokenIds = new("--bad-token-ids") { Description = "Token ids that are never chosen, separated by commas." };
    private readonly Option<int?> _ngramSize = new("--repetition-ngram-size")
    {
        Description = "End the answer when its last N tokens repeat. Default: 0, off.",
    };
    private readonly Option<int?> _ngramThreshold = new("--repetition-ngram-threshold")
    {
        Description = "The number of occurrences that ends the answer. Default: 0, off.",
    };
    private readonly Option<ulong?> _seed = new("--seed", "--random-seed") { Description = "The random seed, for reproducible sampling." };
    private readonly Option<bool> _ignoreEos = new("--ignore-eos") { Description = "Generate past the model's end-of-text token (EOS)." };
    private readonly Option<string[]> _stop = new("--stop", "--stop-words") { Description = "A text that ends the answer; repeatable." };
    private readonly Option<string[]> _stopTokenIds = new("--stop-token-ids") { Description = "Token ids that end the answer, separated by commas." };
    private readonly Option<bool> _includeStop = new("--include-stop-str-in-output") { Description = "Leave the stop word in the text." };
    private readonly Option<bool> _keepSpecialTokens = new("--keep-special-tokens") { Description = "Show special tokens in the text." };
    private readonly Option<int?> _logprobs = new("--logprobs")
    {
        Description = $"Log-probabilities of the K most probable candidates for each token, K at most {GenerationLimits.MostLogprobs}.",
    };
    private readonly Option<bool> _returnPpl = new("--return-ppl") { Description = "The prompt's mean negative log-likelihood." };
    private readonly Option<bool> _promptLogprobs = new("--prompt-logprobs") { Description = "Log-probabilities of the prompt's tokens." };

    private readonly Option<OutputLogits> _outputLogits = new("--output-logits")
    {
        Description = "The logits to report: none, generation, or all, which includes the prompt's. Default: none.",
    };

    private readonly ResponseFormatFlags _format = new();

    public void AddTo(Command command)
    {
        Option[] options =
        [
            _greedy, _sample, _maxNewTokens, _minNewTokens, _temperature, _topP, _topK, _minP, _repetitionPenalty, _seed, _ignoreEos,
            _presencePenalty, _frequencyPenalty, _logitBias, _badWords, _badTokenIds, _ngramSize, _ngramThreshold,
            _stop, _stopTokenIds, _includeStop, _keepSpecialTokens, _logprobs, _promptLogprobs, _returnPpl, _outputLogits,
        ];
        Array.ForEach(options, command.Options.Add);
        _format.AddTo(command);
    }

    /// <param name="leavesToModel">Whether the model says whether tokens are drawn where no flag does; else they are not.</param>
    /// <exception cref="UsageException">A value is out of range, or two flags contradict each other.</exception>
    public GenerationConfig Read(ParseResult result, bool leavesToModel = false)
    {
        if (result.GetValue(_greedy) && result.GetValue(_sample))
        {
            throw new UsageException("--greedy and --sample contradict each other.");
        }

        try
        {
            return WithSampling(result, leavesToModel) with
            {
                MaxNewTokens = result.GetValue(_maxNewTokens) ?? _defaults.MaxNewTokens,
                MinNewTokens = result.GetValue(_minNewTokens) ?? _defaults.MinNewTokens,
                PresencePenalty = result.GetValue(_presencePenalty) ?? 0,
                FrequencyPenalty = result.GetValue(_frequencyPenalty) ?? 0,
                LogitBias = (result.GetValue(_logitBias) ?? [])
                    .Select(ParseBias)
                    .GroupBy(bias => bias.Id)
                    .ToDictionary(same => same.Key, same => same.Last().Bias),
                BadWords = result.GetValue(_badWords) ?? [],
                BadTokenIds = [.. (result.GetValue(_badTokenIds) ?? []).SelectMany(list => ParseIds("--bad-token-ids", list))],
                RepetitionNgramSize = result.GetValue(_ngramSize) ?? 0,
                RepetitionNgramThreshold = result.GetValue(_ngramThreshold) ?? 0,
                RandomSeed = result.GetValue(_seed),
                IgnoreEos = result.GetValue(_ignoreEos),
                StopWords = result.GetValue(_stop) ?? [],
                StopTokenIds = [.. (result.GetValue(_stopTokenIds) ?? []).SelectMany(list => ParseIds("--stop-token-ids", list))],
                IncludeStopStrInOutput = result.GetValue(_includeStop),
                SkipSpecialTokens = !result.GetValue(_keepSpecialTokens),
                Logprobs = result.GetValue(_logprobs),
                PromptLogprobs = result.GetValue(_promptLogprobs),
                ReturnPpl = result.GetValue(_returnPpl),
                OutputLogits = result.GetValue(_outputLogits),
                ResponseFormat = _format.Read(result),
            };
        }
        catch (ArgumentException e)
        {
            throw SettingError.OfFlag(e);
        }
    }

    /// <summary>What the flags say of sampling; all else is the model's where tokens are drawn.</summary>
    private GenerationConfig WithSampling(ParseResult result, bool leavesToModel)
    {
        var isAsked = result.GetValue(_sample) || AsksForSampling(result);
        var config = result.GetValue(_greedy) || !(isAsked || leavesToModel) ? _defaults : GenerationConfig.FromModel;
        config = isAsked || result.GetValue(_greedy) ? config with { DoSample = !result.GetValue(_greedy) } : config;
        config = result.GetValue(_temperature) is { } temperature ? config with { Temperature = temperature } : config;
        config = result.GetValue(_topP) is { } topP ? config with { TopP = topP } : config;
        config = result.GetValue(_topK) is { } topK ? config with { TopK = topK } : config;
        config = result.GetValue(_minP) is { } minP ? config with { MinP = minP } : config;
        return result.GetValue(_repetitionPenalty) is { } penalty ? config with { RepetitionPenalty = penalty } : config;
    }

    private bool AsksForSampling(ParseResult result)
    {
        Option[] drawing = [_temperature, _topP, _topK, _minP];
        return drawing.Any(option => result.GetResult(option) is { Implicit: false });
    }

    private static (int Id, double Bias) ParseBias(string text) =>
        text.Split('=') is [var id, var bias]
        && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var token)
        && double.TryParse(bias, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? (token, number)
            : throw new UsageException($"--logit-bias takes TOKEN_ID=BIAS, got \"{text}\".");

    private static IEnumerable<int> ParseIds(string flag, string list) => list
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw new UsageException($"{flag} takes token ids separated by commas, got \"{text}\"."));
}
