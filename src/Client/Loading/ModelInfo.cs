using LmDeploy.Words;

namespace LmDeploy;

/// <summary>What a loaded model is.</summary>
public sealed record ModelInfo
{
    /// <summary>The model's family, for example <c>qwen2</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>How many numbers the model consists of.</summary>
    public long Parameters { get; init; }

    /// <summary>Bytes its weights take where they are.</summary>
    public long WeightBytes { get; init; }

    /// <summary>Tokens the model knows.</summary>
    public int VocabSize { get; init; }

    /// <summary>The longest context in tokens, prompt and answer together.</summary>
    public int SessionLen { get; init; }

    /// <summary>The type it computes in; <see cref="EngineDtype.Auto"/> where that is not known.</summary>
    public EngineDtype Dtype { get; init; }

    /// <summary>Where it runs: <c>cpu</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "";

    /// <summary>Whether conversations can be rendered.</summary>
    public bool HasChatTemplate { get; init; }

    /// <summary>Layers of the decoder.</summary>
    public int Layers { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public int HiddenSize { get; init; }

    /// <summary>
    /// How the checkpoint has the weights and what they became: <c>bfloat16, converted to float32</c> or <c>awq 4-bit, dequantized to float32</c>.
    /// </summary>
    public string Weights { get; init; } = "";

    /// <summary>Whether they are quantized in the checkpoint and are computed with as plain numbers, which takes the memory of those.</summary>
    public bool IsDequantized { get; init; }

    /// <summary>Bytes of the checkpoint that were read for the weights; 0 where they were made rather than read.</summary>
    public long ReadBytes { get; init; }

    /// <summary>The time until all weights were in place, from when the first one was asked for: a part of <see cref="Pipeline.LoadTime"/>.</summary>
    public TimeSpan WeightTime { get; init; }

    /// <summary>How fast they were read; 0 where nothing was.</summary>
    public double ReadBytesPerSecond => WeightTime > TimeSpan.Zero ? ReadBytes / WeightTime.TotalSeconds : 0;

    /// <summary>The version of libtorch that computes it; empty where that is not known.</summary>
    public string LibTorch { get; init; } = "";

    /// <summary>Bytes of keys and values of one token.</summary>
    public long CacheBytesPerToken { get; init; }

    /// <summary>Bytes of weights that a decode step reads: all but an embedding table that is not the output layer too.</summary>
    public long StepWeightBytes { get; init; }

    /// <summary>
    /// What its generation_config.json says of sampling; nothing where <see cref="EngineConfig.ModelGenerationConfig"/> is
    /// <see cref="ModelGenerationConfig.None"/>.
    /// </summary>
    public ModelSampling Sampling { get; init; } = new();

    internal static ModelInfo FromWire(V1.ModelInfo? wire) => new()
    {
        Architecture = wire?.Architecture ?? "",
        Parameters = wire?.Parameters ?? 0,
        WeightBytes = wire?.WeightBytes ?? 0,
        VocabSize = wire?.VocabSize ?? 0,
        SessionLen = wire?.SessionLen ?? 0,
        Dtype = EnumWords.To<EngineDtype>(wire?.Dtype ?? default),
        Device = wire?.Device ?? "",
        HasChatTemplate = wire?.HasChatTemplate ?? false,
        Layers = wire?.Layers ?? 0,
        HiddenSize = wire?.HiddenSize ?? 0,
        Weights = wire?.Weights ?? "",
        IsDequantized = wire?.Dequantized ?? false,
        ReadBytes = wire?.ReadBytes ?? 0,
        WeightTime = wire?.WeightTime?.ToTimeSpan() ?? TimeSpan.Zero,
        LibTorch = wire?.Libtorch ?? "",
        CacheBytesPerToken = wire?.CacheBytesPerToken ?? 0,
        StepWeightBytes = wire?.StepWeightBytes ?? 0,
        Sampling = ModelSampling.FromWire(wire?.Sampling),
    };
}
