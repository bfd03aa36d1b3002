using LmDeploy.Worker.Models.Parts;

namespace LmDeploy.Worker.Models;

/// <summary>Assembles a decoder from its description and a checkpoint.</summary>
internal static class DecoderBuilder
{
    /// <exception cref="Errors.EngineException">A tensor is missing, misshapen or of a type that is not read.</exception>
    public static Decoder Build(DecoderSpec spec, WeightLoader weights)
    {
        var names = spec.Names;
        var root = weights.Contains(names.Embedding) ? "" : names.Base;
        var embedding = weights.Matrix(root + names.Embedding, spec.VocabSize, spec.HiddenSize);
        var positions = spec.LearnedPositions is { } count ? weights.Matrix(root + names.PositionEmbedding, count, spec.HiddenSize) : null;
        var layers = Enumerable.Range(0, spec.Layers).Select(layer => Layer(spec, layer, $"{root}{names.Layers}.{layer}.", weights)).ToList();
        var norm = NormBuilder.Build(spec, root + names.FinalNorm, spec.HiddenSize, weights);
        var output = spec.TieWordEmbeddings || !spec.HasOutput ? null : new Linear(weights.Matrix(names.Output, spec.VocabSize, spec.HiddenSize));
        return new Decoder(spec, embedding, positions, layers, norm, output, Score(spec, weights), Rope(spec.Rope, weights), Rope(spec.SlidingRope, weights));
    }

    private static DecoderLayer Layer(DecoderSpec spec, int layer, string prefix, WeightLoader weights)
    {
        var names = spec.Names;
        return new DecoderLayer(
            Norm(names.AttentionInputNorm),
            AttentionBuilder.Build(spec, layer, $"{prefix}{names.Attention}.", weights),
            Norm(names.AttentionOutputNorm),
            Norm(names.MlpInputNorm),
            MlpBuilder.Build(spec, layer, $"{prefix}{names.Mlp}.", weights),
            Norm(names.MlpOutputNorm));

        INorm? Norm(string? name) => name is null ? null : NormBuilder.Build(spec, prefix + name, spec.HiddenSize, weights);
    }

    private static ScoreHead? Score(DecoderSpec spec, WeightLoader weights)
    {
        if (spec.ScoreHead is not { } head)
        {
            return null;
        }

        var last = head.Layers.Count - 1;
        return new ScoreHead([.. head.Layers.Select((name, layer) => weights.Linear(name, layer == last ? 1 : spec.HiddenSize, spec.HiddenSize, head.Bias))]);
    }

    private static RotaryEmbedding? Rope(RopeSettings? settings, WeightLoader weights) => settings is null ? null : new RotaryEmbedding(settings, weights.Device);
}
