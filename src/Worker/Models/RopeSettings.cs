using LmDeploy.Worker.Checkpoints;

namespace LmDeploy.Worker.Models;

/// <summary>The rotary position embedding that config.json asks for, in its old spelling (<c>rope_theta</c>, <c>rope_scaling</c>) or its new one (<c>rope_parameters</c>).</summary>
internal sealed record RopeSettings
{
    private const double DefaultTheta = 10_000;

    public RopeKind Kind { get; init; }

    public double Theta { get; init; }

    public int MaxPositions { get; init; }

    public int OriginalMaxPositions { get; init; }

    public double Factor { get; init; } = 1;

    public double? AttentionFactor { get; init; }

    public double LowFrequencyFactor { get; init; } = 1;

    public double HighFrequencyFactor { get; init; } = 4;

    public double BetaFast { get; init; } = 32;

    public double BetaSlow { get; init; } = 1;

    public double? MScale { get; init; }

    public double? MScaleAllDim { get; init; }

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

    /// <param name="config">The model's config.json.</param>
    /// <param name="rotatedDimensions">How many dimensions of a head are rotated.</param>
    public static RopeSettings Read(ConfigFile config, int rotatedDimensions)
    {
        var maxPositions = config.PositiveInteger("max_position_embeddings");
        var rope = config.Section("rope_parameters") ?? config.Section("rope_scaling");
        var theta = rope?.PositiveNumber("rope_theta") ?? config.PositiveNumber("rope_theta", DefaultTheta);
        var settings = new RopeSettings { Theta = theta, MaxPositions = maxPositions, OriginalMaxPositions = maxPositions };
        if (rope is null)
        {
            return settings;
        }

        var kind = Kinds(rope);
        var original = rope.OptionalPositiveInteger("original_max_position_embeddings")
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
            MScale = rope.PositiveNumber("mscale"),
            MScaleAllDim = rope.PositiveNumber("mscale_all_dim"),
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
            CheckFactors(rope, "short_factor", settings.ShortFactor, rotatedDimensions / 2);
            CheckFactors(rope, "long_factor", settings.LongFactor, rotatedDimensions / 2);
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
            "yarn" => RopeKind.Yarn,
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
