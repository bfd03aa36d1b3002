using System.Text;
using System.Threading.Channels;
using LmDeploy.Engine.Likelihood;
using LmDeploy.Engine.Requests;
using LmDeploy.Engine.Sampling;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Limits;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Guided;
using LmDeploy.Text.Tokenization;
using LmDeploy.V1;

namespace LmDeploy.Engine.Generation;

/// <summary>Creates engine requests from prompts and settings, and refuses those that cannot be served. Thread-safe.</summary>
internal sealed class RequestFactory(
    PromptEncoder encoder, ModelTokenizer tokenizer, OutputFactory answers, IReadOnlyList<int> eosTokenIds, SamplingDefaults modelSampling,
    GuideCache guides, ModelOutputs outputs, int sessionLen)
{
    /// <param name="resumedIds">Resumed tokens of an earlier worker: generation continues after them without reporting them again. Null for none.</param>
    /// <exception cref="EngineException">The prompt or a setting is not usable.</exception>
    public GenerationRequest Generation(
        int index, Prompt prompt, GenerationConfig config, ChannelWriter<GenerationEvent> events, CancellationToken cancellationToken,
        RequestOrigin? origin = null, IReadOnlyList<int>? resumedIds = null)
    {
        outputs.RequireTokens();
        var maxNewTokens = config.HasMaxNewTokens ? config.MaxNewTokens : GenerationLimits.DefaultMaxNewTokens;
        if (maxNewTokens < 1)
        {
            throw new EngineException(ErrorCodes.InvalidRequest, $"max_new_tokens must be at least 1, got {maxNewTokens}.", "max_new_tokens");
        }

        CheckWords("stop_words", config.StopWords, WordLimits.MostStopWords);
        CheckWords("bad_words", config.BadWords, WordLimits.MostBadWords);
        var sampling = SamplingParameters.From(config, modelSampling);
        encoder.Check([.. sampling.LogitBias.Keys], "logit_bias");
        var encoded = encoder.EncodeWithin(sessionLen, prompt, cancellationToken);
        var ids = CheckLength(encoded.Ids);
        var room = sessionLen - ids.Length;
        var warnings = new List<string>();
        if (config.HasMaxNewTokens && maxNewTokens > room && maxNewTokens < int.MaxValue)
        {
            warnings.Add($"{maxNewTokens} tokens were asked for, but the context has room for {room} after a prompt of {ids.Length}: the answer ends there.");
        }

        maxNewTokens = Math.Min(maxNewTokens, room);
        var resumed = encoder.Check(resumedIds ?? [], "resumed_token_ids");
        if (resumed.Length > maxNewTokens)
        {
            throw new EngineException(
                ErrorCodes.InvalidRequest,
                $"There are {resumed.Length} resumed_token_ids, but at most {maxNewTokens} tokens can be generated.",
                "resumed_token_ids");
        }

        if (config.OutputLogits != OutputLogits.Unspecified)
        {
            outputs.RequireLogits(maxNewTokens + (config.OutputLogits == OutputLogits.All ? ids.Length - 1L : 0));
        }

        var candidates = config.PromptCandidates == 0 ? null : new PromptCandidatesReadout(ids.Length, InCandidates(config.PromptCandidates));
        var logits = config.OutputLogits == OutputLogits.All ? new PromptLogitsReadout(index, ids.Length, events) : null;
        var likelihood = (config.PromptLogprobs || config.ReturnPpl) && ids.Length > 1 ? new LikelihoodReadout(ids, first: 1) : null;
        var guide = config.ResponseFormat is { } format ? guides.Find(FormatOf(format), cancellationToken) : null;
        warnings.AddRange(guide?.Warnings ?? []);
        var stopWords = config.StopWords.Where(word => word.Length > 0).ToList();
        return new GenerationRequest(
            index,
            events,
            answers.Create(prompt, encoded, config, stopWords),
            config.IncludeStopStrInOutput)
        {
            Origin = origin ?? new RequestOrigin(events, 0),
            PromptIds = ids,
            Sampling = sampling,
            ResumedIds = resumed,
            MaxNewTokens = maxNewTokens,
            PromptLikelihood = likelihood,
            ReportsPromptLogprobs = config.PromptLogprobs,
            ReportsPpl = config.ReturnPpl,
            ReportsLogits = config.OutputLogits != OutputLogits.Unspecified,
            Readouts = [.. new IReadout?[] { logits, candidates, likelihood }.OfType<IReadout>()],
            PromptCandidates = candidates,
            BytesOf = config.TokenBytes ? BytesOf : null,
            PromptText = config.PromptText ? TextOf(prompt, encoded) : "",
            StopTokenIds = StopTokens(config, stopWords),
            BadTokenIds = encoder.Check(config.BadTokenIds, "bad_token_ids"),
            BadWords = config.BadWords.Any(word => word.Length > 0)
                ? new BadWordFilter([.. config.BadWords.Where(word => word.Length > 0)], tokenizer, OutputFactory.SkipsSpecialTokens(config))
                : null,
            Repetition = new NgramRepetition(
                AtLeast0("repetition_ngram_size", config.RepetitionNgramSize), AtLeast0("repetition_ngram_threshold", config.RepetitionNgramThreshold)),
            Guided = guide?.Begin(),
            Warnings = warnings,
            CancellationToken = cancellationToken,
        };
    }

    private string TextOf(Prompt prompt, EncodedPrompt encoded) =>
        encoded.Rendered.Length > 0 ? encoded.Rendered
        : prompt.SourceCase == Prompt.SourceOneofCase.Text ? prompt.Text
        : tokenizer.Decode(encoded.Ids, skipSpecialTokens: true);

    /// <summary>What a token adds to a text; a special one is spelled out, and an id that stands for no token adds nothing.</summary>
    private byte[] BytesOf(int id) => tokenizer.IsSpecial(id) ? Encoding.UTF8.GetBytes(tokenizer.TokenOf(id) ?? "") : tokenizer.BytesOf(id, isFirst: false);

    private static int InCandidates(int count) => count is >= 1 and <= GenerationLimits.MostLogprobs
        ? count
        : throw new EngineException(
            ErrorCodes.InvalidRequest, $"prompt_candidates must be 0 to {GenerationLimits.MostLogprobs}, got {count}.", "prompt_candidates");

    private static void CheckWords(string name, IReadOnlyCollection<string> words, int most)
    {
        if (WordLimits.Problem(name, words, most) is { } problem)
        {
            throw new EngineException(ErrorCodes.InvalidRequest, problem, name);
        }
    }

    private static int AtLeast0(string name, int value) =>
        value >= 0 ? value : throw new EngineException(ErrorCodes.InvalidRequest, $"{name} must be at least 0, got {value}.", name);

    private int[] CheckLength(int[] ids)
    {
        if (ids.Length == 0)
        {
            throw new EngineException(ErrorCodes.InvalidRequest, "The prompt is empty: it has no tokens.", "prompt");
        }

        return ids.Length < sessionLen ? ids : throw TooLong(ids.Length);
    }

    private EngineException TooLong(int length) =>
        new(ErrorCodes.ContextLengthExceeded, $"Input length ({length}) must be smaller than the model context length ({sessionLen}).");

    /// <summary>A stop word that is one special token never shows in the text, so it stops as a token.</summary>
    private HashSet<int> StopTokens(GenerationConfig config, List<string> stopWords)
    {
        var ids = new HashSet<int>(config.StopTokenIds);
        if (!config.IgnoreEos)
        {
            ids.UnionWith(eosTokenIds);
            ids.UnionWith(answers.EndTokens(config));
        }

        ids.UnionWith(stopWords.Select(tokenizer.IdOf).OfType<int>().Where(tokenizer.IsSpecial));
        return ids;
    }

    private static GuideFormat FormatOf(ResponseFormat format) => format.FormatCase switch
    {
        ResponseFormat.FormatOneofCase.JsonSchema => new GuideFormat(GuideKind.JsonSchema, format.JsonSchema),
        ResponseFormat.FormatOneofCase.RegexSchema => new GuideFormat(GuideKind.Regex, format.RegexSchema),
        ResponseFormat.FormatOneofCase.JsonObject => new GuideFormat(GuideKind.JsonObject),
        _ => new GuideFormat(GuideKind.None),
    };
}
