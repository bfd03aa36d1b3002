using LmDeploy.Collections;
using LmDeploy.Generation;
using LmDeploy.Limits;
using LmDeploy.Transport;
using LmDeploy.Validation;

namespace LmDeploy;

/// <summary>
/// How tokens are chosen and when generation ends; the defaults are LMDeploy's. Immutable; a value out of range throws
/// where it is set, also in a <c>with</c> expression.
/// </summary>
public sealed record GenerationConfig
{
    private SamplingFields _named;
    private bool? _doSample;
    private bool _isSamplingImplied;

    /// <summary>
    /// A configuration that leaves to the model how tokens are chosen: <see cref="DoSample"/>, <see cref="Temperature"/>, <see cref="TopP"/>,
    /// <see cref="TopK"/>,
    /// <see cref="MinP"/> and <see cref="RepetitionPenalty"/> are what its generation_config.json says, where a <c>with</c> expression does not set them.
    /// </summary>
    /// <remarks>
    /// What the file does not say has the default here. One that does not say <c>do_sample</c> but has any of the next four means that tokens are drawn. Where
    /// <see cref="EngineConfig.ModelGenerationConfig"/> is
    /// <see cref="ModelGenerationConfig.None"/> there is no file. The properties here do not show what the file says; <see cref="ModelInfo.Sampling"/> does.
    /// </remarks>
    public static GenerationConfig FromModel { get; } = new() { Unset = V1.UnsetFields.Model };

    /// <summary>The same, with OpenAI's temperature where the file does not say it.</summary>
    internal static GenerationConfig FromModelOrOpenAI { get; } = new() { Unset = V1.UnsetFields.ModelOrOpenai };

    /// <summary>Where fields of sampling come from that are not set.</summary>
    internal V1.UnsetFields Unset { get; private init; }

    /// <summary>
    /// How many answers to give to a prompt, 1 to 128. Default: 1. They run side by side and share the prompt's cache; with a <see cref="RandomSeed"/> the
    /// second has the next seed, and so on.
    /// </summary>
    public int N { get; init => field = Ensure.InRange(value, 1, GenerationLimits.MostAnswers); } = 1;

    /// <summary>The most tokens to generate, at least 1. Default: 512.</summary>
    public int MaxNewTokens { get; init => field = Ensure.AtLeast(value, 1); } = GenerationLimits.DefaultMaxNewTokens;

    /// <summary>The fewest tokens to generate: end-of-text and stop tokens are suppressed before that, 0 or more. Default: 0.</summary>
    public int MinNewTokens { get; init => field = Ensure.AtLeast(value, 0); }

    /// <summary>
    /// Whether tokens are sampled. False is greedy decoding: always the most probable token (argmax). Default: true where <see cref="TopP"/>,
    /// <see cref="TopK"/>, <see cref="MinP"/> or a <see cref="Temperature"/> above 0 is set, else false. A value that is set wins, in whatever order.
    /// </summary>
    public bool DoSample { get => _doSample ?? _isSamplingImplied; init => _doSample = Name(SamplingFields.DoSample, value); }

    /// <summary>
    /// Nucleus sampling: sample from the most probable tokens that together have this probability, 0 to 1. Default: 1, all. Setting it
    /// implies <see cref="DoSample"/>.
    /// </summary>
    public double TopP { get; init => field = Imply(SamplingFields.TopP, Ensure.InRange(value, 0, 1)); } = GenerationLimits.DefaultTopP;

    /// <summary>Sample from the K most probable tokens only, 0 (all) or more. Default: 50. Setting it implies <see cref="DoSample"/>.</summary>
    public int TopK { get; init => field = Imply(SamplingFields.TopK, Ensure.AtLeast(value, 0)); } = GenerationLimits.DefaultTopK;

    /// <summary>
    /// Sample only tokens with at least this share of the best one's probability, 0 to 1. Default: 0, all. Setting it implies <see cref="DoSample"/>.
    /// </summary>
    public double MinP { get; init => field = Imply(SamplingFields.MinP, Ensure.InRange(value, 0, 1)); } = GenerationLimits.DefaultMinP;

    /// <summary>
    /// Flattens (above 1) or sharpens (below 1) the distribution that is drawn from, 0 to 2. Default: 0.8. Setting it above 0 implies
    /// <see cref="DoSample"/>; 0 is greedy decoding.
    /// </summary>
    public double Temperature
    {
        get;
        init => field = value > 0
            ? Imply(SamplingFields.Temperature, Ensure.InRange(value, 0, GenerationLimits.MostTemperature))
            : Name(SamplingFields.Temperature, Ensure.InRange(value, 0, GenerationLimits.MostTemperature));
    } = GenerationLimits.DefaultTemperature;

    /// <summary>Divides the scores of tokens that have occurred, more than 0. Default: 1, off.</summary>
    public double RepetitionPenalty
    {
        get;
        init => field = Name(SamplingFields.RepetitionPenalty, Ensure.Positive(value));
    } = GenerationLimits.DefaultRepetitionPenalty;

    /// <summary>Taken once from the logit of each token that was generated, -2 to 2. Default: 0.</summary>
    public double PresencePenalty { get; init => field = Ensure.InRange(value, -GenerationLimits.MostPenalty, GenerationLimits.MostPenalty); }

    /// <summary>Taken from the logit of each token as often as it was generated, -2 to 2. Default: 0.</summary>
    public double FrequencyPenalty { get; init => field = Ensure.InRange(value, -GenerationLimits.MostPenalty, GenerationLimits.MostPenalty); }

    /// <summary>Added to the logits of these tokens, -100 to 100 each. Default: none.</summary>
    public IReadOnlyDictionary<int, double> LogitBias
    {
        get;
        init
        {
            field = Values.Of(value);
            foreach (var (id, bias) in field)
            {
                Ensure.AtLeast(id, 0);
                Ensure.InRange(bias, -GenerationLimits.MostBias, GenerationLimits.MostBias);
            }
        }
    } = ValueDictionary<int, double>.Empty;

    /// <summary>
    /// Texts that the answer must not have, also across token borders; none may be empty. A token that would complete one is not taken. Default: none.
    /// </summary>
    public IReadOnlyList<string> BadWords { get; init => field = Ensure.EachSendable(value); } = ValueList<string>.Empty;

    /// <summary>Tokens that are never taken. Default: none.</summary>
    public IReadOnlyList<int> BadTokenIds { get; init => field = Ensure.EachAtLeast(value, 0); } = ValueList<int>.Empty;

    /// <summary>
    /// The length N of the n-gram that ends the answer once its last N tokens have occurred <see cref="RepetitionNgramThreshold"/> times in it, 0
    /// (off) or more. Default: 0.
    /// </summary>
    public int RepetitionNgramSize { get; init => field = Ensure.AtLeast(value, 0); }

    /// <summary>How often the last <see cref="RepetitionNgramSize"/> tokens may occur, 0 (off) or more. Default: 0.</summary>
    public int RepetitionNgramThreshold { get; init => field = Ensure.AtLeast(value, 0); }

    /// <summary>Whether to generate past the model's end of text. Default: false.</summary>
    public bool IgnoreEos { get; init; }

    /// <summary>Makes drawing repeatable. Default: null, one is drawn for each request.</summary>
    public ulong? RandomSeed { get; init; }

    /// <summary>Texts that end the generation, also when they cross token borders; none may be empty. Default: none.</summary>
    public IReadOnlyList<string> StopWords { get; init => field = Ensure.EachSendable(value); } = ValueList<string>.Empty;

    /// <summary>Tokens that end the generation, beside the model's own. Default: none.</summary>
    public IReadOnlyList<int> StopTokenIds { get; init => field = Ensure.EachAtLeast(value, 0); } = ValueList<int>.Empty;

    /// <summary>Whether special tokens are left out of the text. Default: true.</summary>
    public bool SkipSpecialTokens { get; init; } = true;

    /// <summary>Whether the text ends with the stop word that matched. Default: false.</summary>
    public bool IncludeStopStrInOutput { get; init; }

    /// <summary>How many log-probabilities to report for each generated token, 0 to 1024. Default: null, none.</summary>
    public int? Logprobs { get; init => field = value is { } count ? Ensure.InRange(count, 0, GenerationLimits.MostLogprobs) : null; }

    /// <summary>Whether to report the log-probability of each prompt token but the first. Default: false.</summary>
    public bool PromptLogprobs { get; init; }

    /// <summary>Whether to report <see cref="Response.Ppl"/>. Default: false.</summary>
    public bool ReturnPpl { get; init; }

    /// <summary>
    /// Which of the model's logits come with the answer, as they are before penalties, temperature and masks. Default: <see cref="OutputLogits.None"/>. They
    /// are as many as
    /// the vocabulary for each position, so there is a bound: an answer that may come to more than 1 GiB of them is an error with the code
    /// <c>invalid_request</c>. With
    /// <see cref="OutputLogits.All"/> a prompt takes nothing from the prefix cache.
    /// </summary>
    public OutputLogits OutputLogits { get; init => field = Ensure.Defined(value); }

    /// <summary>What the answer looks like. Default: null, any text.</summary>
    public ResponseFormat? ResponseFormat { get; init; }

    /// <summary>
    /// Has no effect: special tokens that are shown have no spaces around them. LMDeploy has the setting for the slow tokenizers of transformers; text here is
    /// decoded as by
    /// fast ones, which ignore it. Default: true.
    /// </summary>
    public bool SpacesBetweenSpecialTokens { get; init; } = true;

    /// <summary>
    /// Whether the answer is split: <see cref="Response.Reasoning"/> has what the model thinks, <see cref="Response.Text"/> the rest, and stop words are looked
    /// for in the
    /// rest alone. Default: false, <see cref="Response.Text"/> is all that was generated.
    /// </summary>
    public bool SplitReasoning { get => Split is not null; init => Split = value ? new V1.AnswerSplit { KeepsCalls = true } : null; }

    /// <summary>Splits the answer into reasoning, content and calls. Null: it is one text.</summary>
    internal V1.AnswerSplit? Split { get; init; }

    /// <summary>The settings as a JSON object with the names of the contract, all but <see cref="N"/>.</summary>
    public string ToJson() => ContractJson.Write(this.ToWire());

    /// <summary>Whether a field of sampling is not left to the model.</summary>
    internal bool Names(SamplingFields field) => Unset == V1.UnsetFields.Unspecified || _named.HasFlag(field);

    /// <summary>Notes that a field is set that only sampling has.</summary>
    private T Imply<T>(SamplingFields field, T value)
    {
        _isSamplingImplied = true;
        return Name(field | SamplingFields.DoSample, value);
    }

    /// <summary>Notes that a field is set, where that makes a difference.</summary>
    private T Name<T>(SamplingFields field, T value)
    {
        _named |= Unset == V1.UnsetFields.Unspecified ? SamplingFields.None : field;
        return value;
    }
}
