namespace LmDeploy.Models.Specs;

/// <summary>
/// The inverse frequencies of a rotary embedding and the factor on its sine and cosine.
/// Formulas: transformers' <c>modeling_rope_utils.py</c>; YaRN https://arxiv.org/abs/2309.00071; LongRoPE https://arxiv.org/abs/2402.13753.
/// Computed in float32 as there, so that long positions agree.
/// </summary>
internal sealed class RopeFrequencies(RopeSettings settings)
{
    private readonly float[] _fixed = settings.Kind switch
    {
        RopeKind.Linear => [.. Base(settings.Theta, settings.Dimensions).Select(frequency => frequency / (float)settings.Factor)],
        RopeKind.Llama3 => Llama3(settings),
        RopeKind.Yarn => Yarn(settings),
        RopeKind.LongRope => LongRope(settings, settings.ShortFactor),
        _ => Base(settings.Theta, settings.Dimensions),
    };

    private readonly float[] _long = settings.Kind == RopeKind.LongRope ? LongRope(settings, settings.LongFactor) : [];

    /// <summary>What sine and cosine are multiplied by.</summary>
    public float AttentionFactor { get; } = (float)(settings.Kind switch
    {
        RopeKind.Yarn => settings.AttentionFactor ?? YarnAttentionFactor(settings),
        RopeKind.LongRope => settings.AttentionFactor ?? LongRopeAttentionFactor(settings),
        _ => 1,
    });

    /// <summary>Whether frequencies change while a sequence grows.</summary>
    public bool DependsOnLength => settings.Kind is RopeKind.Dynamic or RopeKind.LongRope;

    /// <param name="sequenceLength">The sequence's length in tokens once this step is done.</param>
    /// <returns>One inverse frequency for each rotated pair.</returns>
    public float[] For(int sequenceLength) => settings.Kind switch
    {
        RopeKind.LongRope when sequenceLength > settings.OriginalMaxPositions => _long,
        RopeKind.Dynamic when sequenceLength > settings.MaxPositions => Dynamic(sequenceLength),
        _ => _fixed,
    };

    private float[] Dynamic(int sequenceLength)
    {
        var stretch = (settings.Factor * sequenceLength / settings.MaxPositions) - (settings.Factor - 1);
        return Base(settings.Theta * Math.Pow(stretch, settings.Dimensions / (settings.Dimensions - 2.0)), settings.Dimensions);
    }

    private static float[] Base(double theta, int dimensions)
    {
        var frequencies = new float[dimensions / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = 1f / (float)Math.Pow(theta, (float)(2 * i) / dimensions);
        }

        return frequencies;
    }

    private static float[] Llama3(RopeSettings settings)
    {
        var longest = settings.OriginalMaxPositions / settings.LowFrequencyFactor;
        var shortest = settings.OriginalMaxPositions / settings.HighFrequencyFactor;
        return [.. Base(settings.Theta, settings.Dimensions).Select(frequency =>
        {
            var wavelength = 2 * Math.PI / frequency;
            if (wavelength < shortest)
            {
                return frequency;
            }

            if (wavelength > longest)
            {
                return (float)(frequency / settings.Factor);
            }

            var smooth =
                ((settings.OriginalMaxPositions / wavelength) - settings.LowFrequencyFactor) / (settings.HighFrequencyFactor - settings.LowFrequencyFactor);
            return (float)(((1 - smooth) * frequency / settings.Factor) + (smooth * frequency));
        })];
    }

    private static float[] Yarn(RopeSettings settings)
    {
        var low = YarnCorrection(settings, settings.BetaFast);
        var high = YarnCorrection(settings, settings.BetaSlow);
        if (settings.Truncate)
        {
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        }

        (low, high) = (Math.Max(low, 0), Math.Min(high, settings.Dimensions - 1));
        var span = high - low == 0 ? 0.001 : high - low;
        return [.. Base(settings.Theta, settings.Dimensions).Select((extrapolated, i) =>
        {
            var ramp = Math.Clamp((i - low) / span, 0, 1);
            return (float)((extrapolated / settings.Factor * ramp) + (extrapolated * (1 - ramp)));
        })];
    }

    private static double YarnCorrection(RopeSettings settings, double rotations) =>
        settings.Dimensions * Math.Log(settings.OriginalMaxPositions / (rotations * 2 * Math.PI)) / (2 * Math.Log(settings.Theta));

    private static double YarnAttentionFactor(RopeSettings settings) => settings is { MScale: not 0, MScaleAllDim: not 0 }
        ? settings.YarnScale(settings.MScale) / settings.YarnScale(settings.MScaleAllDim)
        : settings.YarnScale(1);

    private static float[] LongRope(RopeSettings settings, double[] factors) =>
        [.. Base(settings.Theta, settings.Dimensions).Select((frequency, i) => (float)(frequency / factors[i]))];

    private static double LongRopeAttentionFactor(RopeSettings settings) =>
        settings.Factor <= 1 ? 1 : Math.Sqrt(1 + (Math.Log(settings.Factor) / Math.Log(settings.OriginalMaxPositions)));
}
