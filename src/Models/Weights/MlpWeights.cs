using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Weights;

/// <summary>A dense feed-forward network.</summary>
/// <param name="Up">From the hidden state to the inner one; gate and up one below the other where it is gated.</param>
/// <param name="Down">Back.</param>
/// <param name="Size">The inner size.</param>
internal sealed record MlpWeights(LinearWeights Up, LinearWeights Down, int Size) : IMlpWeights
{
    public IEnumerable<WeightTensor> Tensors => [.. Up.Tensors, .. Down.Tensors];

    /// <param name="prefix">What the names of the network begin with.</param>
    public static MlpWeights Of(DecoderSpec spec, string prefix, int size)
    {
        var names = spec.Names;
        return spec.GatedMlp
            ? new MlpWeights(
                new LinearWeights(
                    new WeightTensor(GateUp(spec, prefix, ".weight", size, spec.HiddenSize), 2L * size, spec.HiddenSize),
                    spec.MlpBias ? new WeightTensor(GateUp(spec, prefix, ".bias", size), 2L * size) : null),
                new LinearWeights(prefix + names.Down, spec.HiddenSize, size, spec.MlpBias),
                size)
            : new MlpWeights(
                new LinearWeights(prefix + names.GateUp[0], size, spec.HiddenSize, spec.MlpBias, names.InputsFirst),
                new LinearWeights(prefix + names.Down, spec.HiddenSize, size, spec.MlpBias, names.InputsFirst),
                size);
    }

    /// <summary>Gate and up, or what is both.</summary>
    public static WeightPart[] GateUp(DecoderSpec spec, string prefix, string suffix, int size, params long[] width)
    {
        var rows = 2L * size / spec.Names.GateUp.Count;
        return [.. spec.Names.GateUp.Select(name => new WeightPart($"{prefix}{name}{suffix}", [rows, .. width]))];
    }
}
