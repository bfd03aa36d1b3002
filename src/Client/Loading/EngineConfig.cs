using LmDeploy.Hosting;
using LmDeploy.Limits;
using LmDeploy.Loading;
using LmDeploy.Transport;
using LmDeploy.Validation;

namespace LmDeploy;

/// <summary>How a model is loaded and run. Immutable; a value out of range throws where it is set, also in a <c>with</c> expression.</summary>
public sealed record EngineConfig
{
    /// <summary>How listings call the pipeline. Default: null, the model folder's name.</summary>
    public string? Name { get; init; }

    /// <summary>Where the model runs. Default: <see cref="EngineDevice.Auto"/>.</summary>
    public EngineDevice Device { get; init => field = Ensure.Defined(value); }

    /// <summary>The type it computes in. Default: <see cref="EngineDtype.Auto"/>.</summary>
    public EngineDtype Dtype { get; init => field = Ensure.Defined(value); }

    /// <summary>Where the weights come from. Default: <see cref="LoadFormat.Auto"/>, the checkpoint.</summary>
    public LoadFormat LoadFormat { get; init => field = Ensure.Defined(value); }

    /// <summary>
    /// Whether the model's generation_config.json counts where a request leaves sampling to the model. Default: <see cref="ModelGenerationConfig.Auto"/>, it
    /// does.
    /// </summary>
    public ModelGenerationConfig ModelGenerationConfig { get; init => field = Ensure.Defined(value); }

    /// <summary>
    /// The longest context in tokens, prompt and answer together, at least 1. More than the model was made for, its rope scaling included, is refused unless
    /// <see cref="AllowLongSessionLen"/>. Default: null, the model's own.
    /// </summary>
    public int? SessionLen { get; init => field = Ensure.AtLeast(value, 1); }

    /// <summary>Whether <see cref="SessionLen"/> may be more than the model was made for. Default: false.</summary>
    public bool AllowLongSessionLen { get; init; }

    /// <summary>How many sequences run at once, at least 1. Default: null, which is 128.</summary>
    public int? MaxBatchSize { get; init => field = Ensure.AtLeast(value, 1); }

    /// <summary>
    /// How many prompt tokens one step takes, at least 1. Default: null, which is 8192 on CUDA and on a CPU 256, of one prompt 40: a long one would keep others
    /// waiting.
    /// </summary>
    public int? MaxPrefillTokenNum { get; init => field = Ensure.AtLeast(value, 1); }

    /// <summary>How many requests may wait in the worker, at least 1; one more fails with <c>queue_full</c>. Default: 65536.</summary>
    public int MaxQueueLen { get; init => field = Ensure.AtLeast(value, 1); } = EngineDefaults.MaxQueueLen;

    /// <summary>Whether prompts that begin alike share what was computed for the beginning. Default: true.</summary>
    /// <remarks>Checkpoints whose rotary frequencies depend on the length of the sequence (dynamic and longrope scaling) share nothing.</remarks>
    public bool EnablePrefixCaching { get; init; } = true;

    /// <summary>Tokens in one block of the key-value cache, at least 1. Default: 64.</summary>
    public int CacheBlockSeqLen { get; init => field = Ensure.AtLeast(value, 1); } = EngineDefaults.CacheBlockSeqLen;

    /// <summary>The share of free memory the key-value cache may take, more than 0; above 1, a number of blocks. Default: 0.8.</summary>
    public double CacheMaxEntryCount { get; init => field = Ensure.Positive(value); } = EngineDefaults.CacheMaxEntryCount;

    /// <summary>Threads of the engine on a CPU, 1 to 1024. Default: null, the number of cores.</summary>
    public int? Threads { get; init => field = value is { } threads ? Ensure.InRange(threads, 1, EngineDefaults.MostThreads) : null; }

    /// <summary>The text of a chat template (Jinja) to use instead of the model's own. Default: null, the model's.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>How its worker is watched, replaced and ended. Default: <see cref="SupervisionConfig"/>'s defaults.</summary>
    public SupervisionConfig Supervision { get; init => field = Ensure.NotNull(value); } = new();

    /// <summary>How much memory it may take and how long it waits for it. Default: <see cref="AdmissionConfig"/>'s defaults.</summary>
    public AdmissionConfig Admission { get; init => field = Ensure.NotNull(value); } = new();

    /// <summary>
    /// The longest <see cref="Pipeline.Close"/> and <see cref="Pipeline.Dispose()"/> wait for the receipt, more than 0. Past it the receipt is
    /// <see cref="ReclaimVerdict.Unverifiable"/> and the supervisor goes on by itself. Default: 10 s.
    /// </summary>
    public TimeSpan CloseTimeout { get; init => field = Ensure.Positive(value); } = TimeSpan.FromSeconds(10);

    /// <summary>What a worker that starts together with the supervisor has to be ready for to run this; a limit counts from a worker's first byte.</summary>
    internal FirstWorkerDevice FirstWorker
        => Admission.MemoryLimit is not null ? FirstWorkerDevice.None : Device is EngineDevice.Cpu ? FirstWorkerDevice.Cpu : FirstWorkerDevice.Gpu;

    /// <summary>The settings as a JSON object, as <c>POST /v1/pipelines</c> and the configuration of <c>lmdeploy serve</c> take them.</summary>
    /// <exception cref="ArgumentException">A text has no UTF-8 form.</exception>
    public string ToJson() => V1.EngineFields.Write(this.ToOpen(""));

    /// <summary>Reads settings as <see cref="ToJson"/> writes them. A setting that is absent or null has its default.</summary>
    /// <param name="json">A JSON object.</param>
    /// <exception cref="FormatException">It is no JSON object, or a setting is unknown, of another kind or out of its range; the message names the
    /// setting.</exception>
    public static EngineConfig FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return EngineConfigReader.Read(json);
    }
}
