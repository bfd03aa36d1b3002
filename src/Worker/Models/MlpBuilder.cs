using LmDeploy.Worker.Models.Parts;

namespace LmDeploy.Worker.Models;

/// <summary>Loads the feed-forward network of a layer.</summary>
internal static class MlpBuilder
{
    /// <param name="prefix">What the names of the layer's network begin with.</param>
    public static IMlp Build(DecoderSpec spec, int layer, string prefix, WeightLoader weights)
    {
        if (spec.Moe is { } moe && moe.SparseLayers[layer])
        {
            return MoeBuilder.Build(spec, moe, prefix, weights);
        }

        return spec.GatedMlp ? Gated(spec, prefix, spec.IntermediateSize, weights) : Plain(spec, prefix, weights);
    }

    public static GatedMlp Gated(DecoderSpec spec, string prefix, int size, WeightLoader weights) => new(
        new Linear(
            weights.StackedMatrix(spec.HiddenSize, GateUp(spec, prefix, ".weight", size)),
            spec.MlpBias ? weights.StackedVector(GateUp(spec, prefix, ".bias", size)) : null),
        weights.Linear(prefix + spec.Names.Down, spec.HiddenSize, size, spec.MlpBias),
        size,
        spec.Activation);

    /// <summary>The names and rows of gate and up, or of the matrix that is both.</summary>
    public static (string Name, long Length)[] GateUp(DecoderSpec spec, string prefix, string suffix, int size)
    {
        var rows = 2L * size / spec.Names.GateUp.Count;
        return [.. spec.Names.GateUp.Select(name => ($"{prefix}{name}{suffix}", rows))];
    }

    private static PlainMlp Plain(DecoderSpec spec, string prefix, WeightLoader weights) => new(
        weights.Linear(prefix + spec.Names.GateUp[0], spec.IntermediateSize, spec.HiddenSize, spec.MlpBias, spec.Names.InputsFirst),
        weights.Linear(prefix + spec.Names.Down, spec.HiddenSize, spec.IntermediateSize, spec.MlpBias, spec.Names.InputsFirst),
        spec.Activation);
}
