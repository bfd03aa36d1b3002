using LmDeploy.Worker.Steps;
using TorchSharp;

namespace LmDeploy.Worker.Models.Parts;

/// <summary>Grouped-query attention over the paged cache. Owns its weights.</summary>
internal sealed class Attention(AttentionSpec spec, int layer, int? window, Linear qkv, Linear output, RmsNorm? queryNorm, RmsNorm? keyNorm, RotaryEmbedding rope) : IDisposable
{
    /// <param name="x">[rows, hidden]</param>
    public torch.Tensor Forward(torch.Tensor x, StepContext step, torch.Tensor cosine, torch.Tensor sine)
    {
        using var scope = torch.NewDisposeScope();
        var rows = x.shape[0];
        var all = qkv.Forward(x);
        var queries = Heads(all, 0, spec.Heads, queryNorm);
        var keys = Heads(all, spec.QuerySize, spec.KeyValueHeads, keyNorm);
        var values = all.narrow(1, spec.QuerySize + spec.KeyValueSize, spec.KeyValueSize).view(rows, spec.KeyValueHeads, spec.HeadDim);
        queries = rope.Rotate(queries, cosine, sine);
        keys = rope.Rotate(keys, cosine, sine);

        var cachedKeys = step.Cache.Keys(layer);
        var cachedValues = step.Cache.Values(layer);
        cachedKeys.index_copy_(0, step.Slots, keys);
        cachedValues.index_copy_(0, step.Slots, values);

        var attended = new List<torch.Tensor>();
        var row = step.Batch.SingleTokenSlices;
        if (step.Decode is { } decode)
        {
            attended.Add(decode.Forward(queries.narrow(0, 0, row), cachedKeys, cachedValues, spec, window));
        }

        foreach (var (slice, prefill) in step.Prefills)
        {
            attended.Add(prefill.Forward(
                queries.narrow(0, row, slice.Count), keys.narrow(0, row, slice.Count), values.narrow(0, row, slice.Count), cachedKeys, cachedValues, spec, window));
            row += slice.Count;
        }

        return output.Forward(attended.Count == 1 ? attended[0] : torch.cat(attended, 0)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        qkv.Dispose();
        output.Dispose();
        queryNorm?.Dispose();
        keyNorm?.Dispose();
    }

    private torch.Tensor Heads(torch.Tensor all, int start, int heads, RmsNorm? norm)
    {
        var split = all.narrow(1, start, heads * spec.HeadDim).view(all.shape[0], heads, spec.HeadDim);
        return norm is null ? split : norm.Forward(split);
    }
}
