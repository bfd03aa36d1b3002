namespace LmDeploy;

/// <summary>
/// How a model's generation_config.json says that tokens are chosen; null for what it does not say. <see cref="GenerationConfig.FromModel"/> has it.
/// </summary>
public sealed record ModelSampling
{
    /// <summary>Whether tokens are drawn.</summary>
    public bool? DoSample { get; init; }

    /// <summary>0 to 2.</summary>
    public double? Temperature { get; init; }

    /// <summary>0 to 1.</summary>
    public double? TopP { get; init; }

    /// <summary>0 (all) or more.</summary>
    public int? TopK { get; init; }

    /// <summary>0 to 1.</summary>
    public double? MinP { get; init; }

    /// <summary>More than 0.</summary>
    public double? RepetitionPenalty { get; init; }

    internal static ModelSampling FromWire(V1.SamplingDefaults? wire) => new()
    {
        DoSample = wire is { HasDoSample: true } ? wire.DoSample : null,
        Temperature = wire is { HasTemperature: true } ? wire.Temperature : null,
        TopP = wire is { HasTopP: true } ? wire.TopP : null,
        TopK = wire is { HasTopK: true } ? wire.TopK : null,
        MinP = wire is { HasMinP: true } ? wire.MinP : null,
        RepetitionPenalty = wire is { HasRepetitionPenalty: true } ? wire.RepetitionPenalty : null,
    };
}
