using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Models.Specs;
using LmDeploy.Models.Weights;

namespace LmDeploy.Engine.Decoders;

/// <summary>Loads the attention of a layer.</summary>
internal static class AttentionBuilder
{
    public static IAttention Build(DecoderSpec spec, int layer, IAttentionWeights weights, WeightLoader loader) => weights switch
    {
        LatentAttentionWeights latent when spec.Attention.Latent is { } sizes => Latent(spec, sizes, layer, latent, loader),
        AttentionWeights plain => Plain(spec, layer, plain, loader),
        _ => throw new ArgumentOutOfRangeException(nameof(weights), weights, "It is no kind of attention."),
    };

    private static Attention Plain(DecoderSpec spec, int layer, AttentionWeights weights, WeightLoader loader) => new(
        spec.Attention,
        Cached(spec, layer, loader.LoadIfAny(weights.Sinks)),
        loader.Linear(weights.Qkv, spec.Attention),
        loader.Linear(weights.Output),
        NormBuilder.BuildIfAny(weights.QueryNorm, loader),
        NormBuilder.BuildIfAny(weights.KeyNorm, loader));

    private static LatentAttention Latent(DecoderSpec spec, LatentSpec latent, int layer, LatentAttentionWeights weights, WeightLoader loader)
    {
        var (keyUp, valueUp) = loader.Layout.KeysAndValues(loader.Load(weights.KeyValueUp), spec.Attention.Heads, latent.NopeDim);
        return new LatentAttention(
            spec.Attention,
            latent,
            Cached(spec, layer, sinks: null),
            weights.QueryDown is { } down ? loader.Linear(down) : null,
            NormBuilder.BuildIfAny(weights.QueryNorm, loader),
            loader.Linear(weights.QueryUp),
            loader.Linear(weights.KeyValueDown),
            NormBuilder.Build(weights.KeyValueNorm, loader),
            keyUp,
            valueUp,
            loader.Linear(weights.Output));
    }

    private static CachedAttention Cached(DecoderSpec spec, int layer, TorchSharp.torch.Tensor? sinks) =>
        new(spec.Attention, layer, spec.SlidingWindows[layer], sinks);
}
