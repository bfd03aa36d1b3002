using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.StepInput;
using LmDeploy.Engine.Tensors;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>Prefill attention of one slice. Where a mask is needed, it is built for a tile of queries at a time, which bounds memory.</summary>
internal sealed class PrefillAttention
{
    private const int TileRows = 512;

    /// <summary>Head sizes above this have no fused operator, so the mask needs tiles.</summary>
    private const int LargestFusedHead = 256;

    private readonly StepSlice _slice;
    private readonly torch.Tensor? _slots;
    private readonly torch.Tensor _keyPositions;

    /// <remarks>Its tensors belong to the dispose scope it is made in.</remarks>
    public PrefillAttention(StepSlice slice, torch.Device device)
    {
        _slice = slice;
        _keyPositions = TensorArithmetic.Range(0, slice.Length, device).unsqueeze(0);
        if (slice.FirstPosition > 0)
        {
            _slots = torch.tensor(Enumerable.Range(0, slice.Length).Select(slice.Blocks.Slot).ToArray()).to(device);
        }
    }

    /// <param name="queries">[tokens, heads, headDim]</param>
    /// <param name="keys">This slice's own keys [tokens, key-value heads, headDim], which are all there are when it begins its sequence.</param>
    /// <param name="cachedKeys">The layer's cache, this step's keys included.</param>
    /// <returns>[tokens, heads * headDim]</returns>
    public torch.Tensor Forward(
        torch.Tensor queries,
        torch.Tensor keys,
        torch.Tensor values,
        torch.Tensor cachedKeys,
        torch.Tensor cachedValues,
        AttentionSpec spec,
        int? window,
        torch.Tensor? sinks)
    {
        using var scope = torch.NewDisposeScope();
        var allKeys = PerQueryHead(_slots is null ? keys : cachedKeys.index_select(0, _slots), spec);
        var allValues = spec.ValuesAreKeys ? allKeys : PerQueryHead(_slots is null ? values : cachedValues.index_select(0, _slots), spec);
        var byHead = queries.transpose(0, 1).unsqueeze(0);
        var plainCausal = _slice.FirstPosition == 0 && (window is null || _slice.Length <= window) && !spec.NeedsScores && spec.HeadDim <= LargestFusedHead;
        var attended = plainCausal
            ? torch.nn.functional.scaled_dot_product_attention(byHead, allKeys, allValues, is_casual: true)
            : Tiled(byHead, allKeys, allValues, spec, window, sinks?.view(1, -1, 1, 1));
        return attended.squeeze(0).transpose(0, 1).reshape(_slice.Count, spec.QuerySize).MoveToOuterDisposeScope();
    }

    private static torch.Tensor PerQueryHead(torch.Tensor x, AttentionSpec spec)
    {
        var groups = spec.Heads / spec.KeyValueHeads;
        var byHead = x.transpose(0, 1);
        return (groups == 1 ? byHead : byHead.repeat_interleave(groups, 0)).unsqueeze(0);
    }

    private torch.Tensor Tiled(torch.Tensor queries, torch.Tensor keys, torch.Tensor values, AttentionSpec spec, int? window, torch.Tensor? sinks)
    {
        var tiles = new List<torch.Tensor>();
        for (var start = 0; start < _slice.Count; start += TileRows)
        {
            using var scope = torch.NewDisposeScope();
            var rows = Math.Min(TileRows, _slice.Count - start);
            var first = _slice.FirstPosition + start;
            var queryPositions = TensorArithmetic.Range(first, first + rows, queries.device).unsqueeze(1);
            var mask = _keyPositions <= queryPositions;
            if (window is { } width)
            {
                mask = mask.logical_and(_keyPositions.Plus(width) > queryPositions);
            }

            var tile = MaskedAttention.Attend(queries.narrow(2, start, rows), keys, values, mask, spec, sinks);
            tiles.Add(tile.MoveToOuterDisposeScope());
        }

        return torch.cat(tiles, 2);
    }
}
