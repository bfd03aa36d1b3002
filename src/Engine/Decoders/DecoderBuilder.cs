using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Models.Specs;
using LmDeploy.Models.Weights;
using TorchSharp;

namespace LmDeploy.Engine.Decoders;

/// <summary>Assembles a decoder from its description and its weights.</summary>
internal static class DecoderBuilder
{
    /// <exception cref="LmDeploy.Text.Errors.EngineException">A tensor is missing, misshapen or of a type that is not read.</exception>
    public static Decoder Build(DecoderSpec spec, DecoderWeights weights, WeightLoader loader)
    {
        var embedding = loader.Load(weights.Embedding);
        var positions = loader.LoadIfAny(weights.PositionEmbedding);
        var layers = weights.Layers.Select((layer, number) => Layer(spec, number, layer, loader)).ToList();
        var norm = NormBuilder.Build(weights.FinalNorm, loader);
        var head = Head(spec, weights.Output, embedding, loader);
        var score = weights.ScoreHead.Count > 0 ? new ScoreHead([.. weights.ScoreHead.Select(product => loader.Linear(product))]) : null;
        return new Decoder(new DecoderParts(
            spec, new TokenEmbedding(embedding, positions, spec.EmbeddingScale), Rope(spec.Rope, loader), Rope(spec.SlidingRope, loader), layers,
            norm, head, score));
    }

    private static DecoderLayer Layer(DecoderSpec spec, int number, LayerWeights weights, WeightLoader loader) => new(
        NormBuilder.BuildIfAny(weights.AttentionInputNorm, loader),
        AttentionBuilder.Build(spec, number, weights.Attention, loader),
        NormBuilder.BuildIfAny(weights.AttentionOutputNorm, loader),
        NormBuilder.BuildIfAny(weights.MlpInputNorm, loader),
        MlpBuilder.Build(spec, weights.Mlp, loader),
        NormBuilder.BuildIfAny(weights.MlpOutputNorm, loader));

    private static OutputHead? Head(DecoderSpec spec, LinearWeights? output, torch.Tensor embedding, WeightLoader loader) =>
        output is { } own ? new OutputHead(loader.Linear(own), isShared: false) : spec.HasOutput ? new OutputHead(new Linear(embedding), isShared: true) : null;

    private static RotaryEmbedding? Rope(RopeSettings? settings, WeightLoader loader) => settings is null ? null : new RotaryEmbedding(settings, loader.Device);
}
