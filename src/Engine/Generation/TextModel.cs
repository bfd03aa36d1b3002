using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Embeddings;
using LmDeploy.Engine.Likelihood;
using LmDeploy.Engine.Requests;
using LmDeploy.Engine.Rewards;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Engine.Settings;
using LmDeploy.Limits;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Texts;
using LmDeploy.Text.Answers;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Guided;
using LmDeploy.Text.Tokenization;
using LmDeploy.V1;

namespace LmDeploy.Engine.Generation;

/// <summary>A loaded model with its tokenizer and chat template: everything a worker serves. Thread-safe.</summary>
internal sealed class TextModel : IDisposable
{
    private readonly ModelTokenizer _tokenizer;

    private TextModel(
        EngineThread engine, LoadedModel model, EngineSettings settings, ModelText text, GenerationDefaults defaults, EmbeddingDefaults embeddings)
    {
        Engine = engine;
        var (tokenizer, template) = text;
        _tokenizer = tokenizer;
        Info = model.Info;
        Info.HasChatTemplate = template is not null;
        Prompts = new PromptEncoder(tokenizer, template, model.Info.VocabSize);
        var outputs = new ModelOutputs(model.Decoder.Spec);
        Info.Sampling = settings.TakesModelSampling ? defaults.Sampling : null;
        var answers = new OutputFactory(tokenizer, AnswerFormats.Of(word => tokenizer.IdOf(word) is not null, template?.Source ?? ""));
        Requests = new RequestFactory(
            Prompts, tokenizer, answers, defaults.EosTokens(tokenizer), Info.Sampling ?? new SamplingDefaults(),
            new GuideCache(tokenizer, model.Info.VocabSize), outputs, model.SessionLen);
        Embeddings = new EmbeddingEncoder(Prompts, engine, embeddings, model.Info.HiddenSize, model.SessionLen);
        Rewards = new RewardScorer(Prompts, engine, outputs, model.SessionLen);
        Likelihood = new LikelihoodScorer(
            Prompts, tokenizer, engine, outputs, model.SessionLen,
            settings.EnablePrefixCaching && !model.Decoder.KeysDependOnLength ? model.CacheGeometry.BlockSize : null);
    }

    public EngineThread Engine { get; }

    public ModelInfo Info { get; }

    public PromptEncoder Prompts { get; }

    public RequestFactory Requests { get; }

    public LikelihoodScorer Likelihood { get; }

    public RewardScorer Rewards { get; }

    public EmbeddingEncoder Embeddings { get; }

    /// <summary>Loads a model folder: weights on the engine's thread, tokenizer and template beside it.</summary>
    /// <param name="startLibTorch">Called on the engine's thread before its first tensor.</param>
    /// <param name="flight">Where the engine notes what it is doing; null for nowhere.</param>
    /// <param name="progress">Bytes loaded so far, and in all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="limits">The memory it may take; null for no limits.</param>
    /// <exception cref="Errors.EngineException">The folder cannot be served; the message names the file, the tensor or the setting.</exception>
    public static async Task<TextModel> LoadAsync(
        string folder, EngineConfig config, Action startLibTorch, FlightRecord? flight, Action<long, long> progress,
        CancellationToken cancellationToken, MemoryLimits? limits = null)
    {
        var settings = EngineSettings.From(config, limits);
        var configFile = ConfigFile.Open(folder, "config.json");
        var defaults = GenerationDefaults.Read(folder, configFile);
        var embeddings = EmbeddingDefaults.Read(folder);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var text = ReadTextAsync(folder, config.ChatTemplate, stop);
        EngineThread? engine = null;
        try
        {
            (engine, var model) = await EngineThread.StartAsync(
                startLibTorch, () => LoadedModel.Load(folder, config, settings, progress, stop.Token), settings, flight).ConfigureAwait(false);
            return new TextModel(engine, model, settings, await text.ConfigureAwait(false), defaults, embeddings);
        }
        catch (Exception e)
        {
            engine?.Dispose();
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)text).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (e is OperationCanceledException && text.Exception?.InnerException is EngineException cause && !cancellationToken.IsCancellationRequested)
            {
                throw cause;
            }

            throw;
        }
    }

    /// <summary>The text of token ids.</summary>
    /// <exception cref="Errors.EngineException">invalid_request: an id is outside the vocabulary, or the text has more than
    /// <see cref="TextLimits.MostDecoded"/> characters.</exception>
    public string Decode(IReadOnlyList<int> ids, bool skipSpecialTokens) => _tokenizer.Decode(Prompts.Check(ids), skipSpecialTokens, TextLimits.MostDecoded);

    /// <summary>Submits a request. A resumed request may be complete at once.</summary>
    public void Submit(GenerationRequest request)
    {
        if (request.Replay() is { } reason)
        {
            request.OnPrefilled();
            request.OnFinished(reason, null);
        }
        else
        {
            Engine.Submit(request);
        }
    }

    public void Dispose() => Engine.Dispose();

    /// <summary>Reads the tokenizer and the chat template. A failure cancels the load of the weights.</summary>
    private static async Task<ModelText> ReadTextAsync(string folder, string template, CancellationTokenSource load)
    {
        try
        {
            return await ModelText.ReadAsync(folder, template, load.Token).ConfigureAwait(false);
        }
        catch (EngineException)
        {
            await load.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
