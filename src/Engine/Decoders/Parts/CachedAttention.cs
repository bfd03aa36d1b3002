using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Tensors;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>Grouped-query attention of one layer over the paged cache: what comes between the projections. Owns the sinks.</summary>
/// <param name="window">How many of the latest positions are seen; null for all.</param>
/// <param name="sinks">[heads]; null for none.</param>
internal sealed class CachedAttention(AttentionSpec spec, int layer, int? window, torch.Tensor? sinks) : IDisposable
{
    // The operators below divide scores by the root of the head size; the rest of the scale goes into the queries.
    private readonly double _queryScale = spec.ScaleOf(layer) * Math.Sqrt(spec.HeadDim);

    public int? Window => window;

    /// <summary>The factor of the queries, before scores are divided by the root of the head size.</summary>
    public double QueryScale => _queryScale;

    /// <summary>Arguments of the attention kernels, which take scaled queries.</summary>
    public AttentionArguments Arguments => new((float)(1 / Math.Sqrt(spec.HeadDim)), window ?? 0, (float)(spec.ScoreCap ?? 0), sinks);

    /// <summary>Writes this step's keys and values to the cache and attends to it.</summary>
    /// <param name="queries">[rows, heads, head size]</param>
    /// <param name="keys">[rows, key-value heads, head size]</param>
    /// <param name="values">As the keys; the same tensor where values are keys.</param>
    /// <returns>[rows, heads * head size]</returns>
    public torch.Tensor Forward(torch.Tensor queries, torch.Tensor keys, torch.Tensor values, StepContext step)
    {
        using var scope = torch.NewDisposeScope();
        var scaled = Math.Abs(_queryScale - 1) < 1e-12 ? queries : queries.Times(_queryScale);
        var cachedKeys = step.Cache.Keys(layer);
        var cachedValues = step.Cache.Values(layer);
        cachedKeys.index_copy_(0, step.Slots, keys);
        if (!spec.ValuesAreKeys)
        {
            cachedValues.index_copy_(0, step.Slots, values);
        }

        var attended = new List<torch.Tensor>();
        var row = step.Batch.SingleTokenSlices;
        if (step.Decode is { } decode)
        {
            attended.Add(decode.Forward(scaled.narrow(0, 0, row), cachedKeys, cachedValues, spec, window, sinks));
        }

        foreach (var (slice, prefill) in step.Prefills)
        {
            attended.Add(prefill.Forward(
                scaled.narrow(0, row, slice.Count), keys.narrow(0, row, slice.Count), values.narrow(0, row, slice.Count), cachedKeys, cachedValues,
                spec, window, sinks));
            row += slice.Count;
        }

        return (attended.Count == 1 ? attended[0] : torch.cat(attended, 0)).MoveToOuterDisposeScope();
    }

    public void Dispose() => sinks?.Dispose();
}
