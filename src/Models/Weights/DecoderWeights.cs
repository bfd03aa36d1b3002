using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Weights;

/// <summary>Every tensor that a decoder computes with, and what of a checkpoint fills it. Loading, counting and checking all go by it.</summary>
/// <param name="Embedding">[vocabulary, hidden]</param>
/// <param name="PositionEmbedding">[positions, hidden]; null where positions are not learned.</param>
/// <param name="Layers">From the first to the last.</param>
/// <param name="FinalNorm">After the last layer.</param>
/// <param name="Output">Null where it is the embedding, or where there is none.</param>
/// <param name="ScoreHead">The products that make the score of a reward model; empty for all others.</param>
internal sealed record DecoderWeights(
    WeightTensor Embedding, WeightTensor? PositionEmbedding, IReadOnlyList<LayerWeights> Layers, NormWeights FinalNorm, LinearWeights? Output,
    IReadOnlyList<LinearWeights> ScoreHead)
{
    /// <summary>All of them, in the order in which they are loaded.</summary>
    public IEnumerable<WeightTensor> Tensors =>
    [
        Embedding, .. PositionEmbedding is null ? (WeightTensor[])[] : [PositionEmbedding], .. Layers.SelectMany(layer => layer.Tensors),
        .. FinalNorm.Tensors, .. Output?.Tensors ?? [],
        .. ScoreHead.SelectMany(linear => linear.Tensors),
    ];

    /// <param name="contains">Whether the checkpoint has a tensor: some families have two ways to name them. Never, where there is no checkpoint: the usual way
    /// then.</param>
    public static DecoderWeights Of(DecoderSpec spec, Func<string, bool> contains)
    {
        var names = spec.Names;
        var root = contains(names.Embedding) ? "" : names.Base;
        return new DecoderWeights(
            new WeightTensor(root + names.Embedding, spec.VocabSize, spec.HiddenSize),
            spec.LearnedPositions is { } positions ? new WeightTensor(root + names.PositionEmbedding, positions, spec.HiddenSize) : null,
            [.. Enumerable.Range(0, spec.Layers).Select(layer => LayerWeights.Of(spec, layer, $"{root}{names.Layers}.{layer}.", contains))],
            NormWeights.Of(spec, root + names.FinalNorm, spec.HiddenSize),
            spec.TieWordEmbeddings || !spec.HasOutput ? null : new LinearWeights(new WeightTensor(names.Output, spec.VocabSize, spec.HiddenSize)),
            spec.ScoreHead is { } head
                ? [.. head.Layers.Select((name, i) => new LinearWeights(name, i == head.Layers.Count - 1 ? 1 : spec.HiddenSize, spec.HiddenSize, head.Bias))]
                : []);
    }
}
