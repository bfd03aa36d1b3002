using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Models.Specs;

namespace LmDeploy.Engine.Decoders;

/// <summary>
/// What a decoder is made of, with its weights on one device. Owns all of it. Every <see cref="IForward"/> of the decoder computes with these weights.
/// </summary>
/// <param name="slidingRope">Of the layers with a sliding window; null where it is that of the others.</param>
/// <param name="head">Null for a model without logits.</param>
/// <param name="score">Null for all but reward models.</param>
internal sealed class DecoderParts(
    DecoderSpec spec,
    TokenEmbedding embedding,
    RotaryEmbedding? rope,
    RotaryEmbedding? slidingRope,
    IReadOnlyList<DecoderLayer> layers,
    INorm finalNorm,
    OutputHead? head,
    ScoreHead? score) : IDisposable
{
    public DecoderSpec Spec => spec;

    public TokenEmbedding Embedding => embedding;

    public RotaryEmbedding? Rope => rope;

    public RotaryEmbedding? SlidingRope => slidingRope;

    public IReadOnlyList<DecoderLayer> Layers => layers;

    public INorm FinalNorm => finalNorm;

    public OutputHead? Head => head;

    public ScoreHead? Score => score;

    /// <summary>The kernel form of the whole decoder, or the first part's reason why there is none.</summary>
    public Lowering<CudaWeights> Lower() =>
        from output in head?.Lower() ?? Lowering.Refuse<CudaProduct>("head: the model has no output projection")
        from embedded in embedding.Lower()
        from rotation in Lowering.OfAny(rope, one => one.Lower())
        from slidingRotation in Lowering.OfAny(slidingRope, one => one.Lower())
        from stack in Lowering.OfAll(layers.Select((layer, index) => layer.Lower(spec.SlidingWindows[index] is null ? rotation : slidingRotation ?? rotation)))
        from last in finalNorm.Lower()
        from whole in Lowering.Unless(WhyNotTogether(rotation, slidingRotation, stack, last), () => new CudaWeights(embedded, stack, last, output))
        select whole;

    /// <summary>Each part's own answer to the question for its kernel form, in the order of a step.</summary>
    public IReadOnlyList<PartAnswer> AskEach()
    {
        var rotation = rope?.Lower();
        var slidingRotation = slidingRope?.Lower();
        PartAnswer?[] answers =
        [
            PartAnswer.Of("embedding", embedding.Lower()),
            PartAnswer.Of("rotary positions", rotation),
            PartAnswer.Of("rotary positions", slidingRotation),
            .. layers.SelectMany(layer => layer.AskEach()),
            PartAnswer.Of("norm", finalNorm.Lower()),
            PartAnswer.Of("head", head?.Lower()),
            PartAnswer.Of("score head", score is null ? null : Lowering.Refuse<CudaProduct>("it has no kernel form")),
        ];
        return [.. answers.OfType<PartAnswer>()];
    }

    public void Dispose()
    {
        embedding.Dispose();
        rope?.Dispose();
        slidingRope?.Dispose();
        finalNorm.Dispose();
        head?.Dispose();
        score?.Dispose();
        foreach (var layer in layers)
        {
            layer.Dispose();
        }
    }

    /// <summary>Refuses layers that differ in a setting that the kernels have once for all layers.</summary>
    private static string? WhyNotTogether(CudaRotation? rotation, CudaRotation? slidingRotation, IReadOnlyList<CudaLayer> layers, CudaNorm last) => true switch
    {
        _ when slidingRotation is not null && slidingRotation.Dimensions != rotation?.Dimensions =>
            $"rotary positions: layers with a sliding window rotate {slidingRotation.Dimensions} dimensions of a head, the others {rotation?.Dimensions ?? 0}",
        _ when layers.SelectMany(layer => layer.Norms).FirstOrDefault(norm => norm.Epsilon != last.Epsilon) is { } other =>
            $"norm: an epsilon of {other.Epsilon} in a layer and of {last.Epsilon} after the last one",
        _ => null,
    };
}
