namespace LmDeploy.Models.Specs;

/// <summary>How a layer is normalized. The statistics are float32 in all of them.</summary>
internal enum NormKind
{
    /// <summary>Root mean square; the weight is applied in the engine's type.</summary>
    Rms,

    /// <summary>Root mean square; the weight is applied in float32, before the result is rounded.</summary>
    WideRms,

    /// <summary>As <see cref="WideRms"/>, with 1 added to the weight (Gemma).</summary>
    OffsetRms,

    /// <summary>Mean and variance, with a weight and a bias.</summary>
    Layer,
}
