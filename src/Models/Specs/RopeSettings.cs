using LmDeploy.Models.Checkpoints;

namespace LmDeploy.Models.Specs;

/// <summary>
/// The rotary position embedding that config.json asks for, in its old spelling (<c>rope_theta</c>, <c>rope_scaling</c>) or its new one
/// (<c>rope_parameters</c>).
/// </summary>
internal sealed record RopeSettings
{
    public const double DefaultTheta = 10_000;

    public RopeKind Kind { get; init; }

    public double Theta { get; init; }

    /// <summary>How many dimensions of a head are rotated: its first ones.</summary>
    public required int Dimensions { get; init; }

    /// <summary>Whether the pairs that are rotated are neighbours, rather than half of <see cref="Dimensions"/> apart.</summary>
    public bool Interleaved { get; init; }

    public int MaxPositions { get; init; }

    public int OriginalMaxPositions { get; init; }

    public double Factor { get; init; } = 1;

    public double? AttentionFactor { get; init; }

    public double LowFrequencyFactor { get; init; } = 1;

    public double HighFrequencyFactor { get; init; } = 4;

    public double BetaFast { get; init; } = 32;

    public double BetaSlow { get; init; } = 1;

    /// <summary>0 for none.</summary>
    public double MScale { get; init; }

    /// <inheritdoc cref="MScale"/>
    public double MScaleAllDim { get; init; }

    public bool Truncate { get; init; } = true;

    public double[] ShortFactor { get; init; } = [];

    public double[] LongFactor { get; init; } = [];

    /// <summary>The longest context these frequencies were meant for, in tokens.</summary>
    public int LongestContext => Kind switch
    {
        RopeKind.Linear or RopeKind.Dynamic => (int)Math.Min(MaxPositions * Factor, int.MaxValue),
        RopeKind.Yarn => (int)Math.Min(Math.Max(MaxPositions, OriginalMaxPositions * Factor), int.MaxValue),
        _ => MaxPositions,
    };

    /// <summary>YaRN's factor on attention scores for a multiplier of its logarithm.</summary>
    public double YarnScale(double multiplier) => Factor <= 1 ? 1 : (0.1 * multiplier * Math.Log(Factor)) + 1;

    /// <summary>Reads the one rotary embedding that all layers share.</summary>
    /// <param name="config">The model's config.json.</param>
    /// <param name="dimensions">How many dimensions of a head are rotated.</param>
    /// <param name="defaultTheta">The base of the frequencies where config.json gives none.</param>
    /// <param name="originalPositions">The trained context; null for what config.json says beside the rotary embedding's keys.</param>
    public static RopeSettings Read(ConfigFile config, int dimensions, double defaultTheta = DefaultTheta, int? originalPositions = null) => Read(
        config, SectionOf(config), dimensions, config.PositiveNumber("rope_theta", defaultTheta), originalPositions);

    /// <summary>
    /// The object with the rotary embedding's own keys; null where there is none. Where both spellings are there, the old one holds, as in transformers.
    /// </summary>
    public static ConfigFile? SectionOf(ConfigFile config) =>
        config.Section("rope_scaling") is { } old && old.Keys.Any() ? old : config.Section("rope_parameters");

    /// <param name="rope">The object with the rotary embedding's own keys; null where there is none.</param>
    /// <param name="theta">The base of the frequencies where that object gives none.</param>
    public static RopeSettings Read(ConfigFile config, ConfigFile? rope, int dimensions, double theta, int? originalPositions = null)
    {
        if (dimensions < 2 || dimensions % 2 != 0)
        {
            throw config.Invalid("head_dim", $"must let an even number of dimensions from 2 be rotated, but that is {dimensions}");
        }

        var maxPositions = config.PositiveInteger("max_position_embeddings");
        var settings = new RopeSettings
        {
            Theta = rope?.PositiveNumber("rope_theta") ?? theta,
            Dimensions = dimensions,
            MaxPositions = maxPositions,
            OriginalMaxPositions = maxPositions,
        };
        if (rope is null)
        {
            return settings;
        }

        var kind = Kinds(rope);
        var original = originalPositions
            ?? rope.OptionalPositiveInteger("original_max_position_embeddings")
            ?? config.OptionalPositiveInteger("original_max_position_embeddings")
            ?? maxPositions;
        settings = settings with
        {
            Kind = kind,
            OriginalMaxPositions = original,
            Factor = rope.PositiveNumber("factor") ?? (kind is RopeKind.Yarn or RopeKind.LongRope ? (double)maxPositions / original : Required(rope, kind)),
            AttentionFactor = rope.PositiveNumber("attention_factor"),
            LowFrequencyFactor = rope.PositiveNumber("low_freq_factor", 1),
            HighFrequencyFactor = rope.PositiveNumber("high_freq_factor", 4),
            BetaFast = rope.PositiveNumber("beta_fast", 32),
            BetaSlow = rope.PositiveNumber("beta_slow", 1),
            MScale = rope.Number("mscale") ?? 0,
            MScaleAllDim = rope.Number("mscale_all_dim") ?? 0,
            Truncate = rope.Bool("truncate", true),
            ShortFactor = rope.Numbers("short_factor") ?? [],
            LongFactor = rope.Numbers("long_factor") ?? [],
        };
        if (kind == RopeKind.Llama3 && settings.HighFrequencyFactor <= settings.LowFrequencyFactor)
        {
            throw rope.Invalid("high_freq_factor", $"must be above low_freq_factor ({settings.LowFrequencyFactor}), but is {settings.HighFrequencyFactor}");
        }

        if (kind == RopeKind.LongRope)
        {
            CheckFactors(rope, "short_factor", settings.ShortFactor, dimensions / 2);
            CheckFactors(rope, "long_factor", settings.LongFactor, dimensions / 2);
        }

        return settings;
    }

    private static RopeKind Kinds(ConfigFile rope)
    {
        var key = rope.Has("rope_type") ? "rope_type" : "type";
        return rope.String(key) switch
        {
            null or "default" => RopeKind.Default,
            "linear" => RopeKind.Linear,
            "dynamic" => RopeKind.Dynamic,
            "yarn" => rope.Has("short_factor") ? RopeKind.LongRope : RopeKind.Yarn, // Phi 3 was first published so.
            "llama3" => RopeKind.Llama3,
            "longrope" or "su" => RopeKind.LongRope,
            var other => throw rope.Invalid(key, $"is '{other}'; supported are default, linear, dynamic, yarn, llama3 and longrope"),
        };
    }

    private static double Required(ConfigFile rope, RopeKind kind) =>
        kind == RopeKind.Default ? 1 : throw rope.Missing("factor", "a number above 0");

    private static void CheckFactors(ConfigFile rope, string key, double[] factors, int expected)
    {
        if (factors.Length != expected || factors.Any(factor => factor <= 0))
        {
            throw rope.Invalid(key, $"must be {expected} numbers above 0, one for each rotated pair of dimensions, but has {factors.Length}");
        }
    }
}
