using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>Grouped-query attention with its projections.</summary>
internal sealed class Attention(AttentionSpec spec, CachedAttention cached, Linear qkv, Linear output, INorm? queryNorm, INorm? keyNorm) : IAttention
{
    public CachedAttention Cached => cached;

    public Linear Qkv => qkv;

    public Linear Output => output;

    public INorm? QueryNorm => queryNorm;

    public INorm? KeyNorm => keyNorm;

    public torch.Tensor Forward(torch.Tensor x, StepContext step, RotaryAngles? angles)
    {
        using var scope = torch.NewDisposeScope();
        var all = qkv.Forward(x);
        var queries = Heads(all, 0, spec.Heads, queryNorm);
        var keys = Heads(all, spec.QuerySize, spec.KeyValueHeads, keyNorm);
        var values = Heads(all, spec.QuerySize + spec.KeyValueSize, spec.KeyValueHeads, norm: null);
        var attended = cached.Forward(angles?.Rotate(queries) ?? queries, angles?.Rotate(keys) ?? keys, values, step);
        return output.Forward(attended).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        cached.Dispose();
        qkv.Dispose();
        output.Dispose();
        queryNorm?.Dispose();
        keyNorm?.Dispose();
    }

    private torch.Tensor Heads(torch.Tensor all, int start, int heads, INorm? norm)
    {
        var flat = all.narrow(1, start, heads * spec.HeadDim);
        if (norm is not null && spec.QueryKeyNorm == QueryKeyNorm.PerProjection)
        {
            return norm.Forward(flat).view(-1, heads, spec.HeadDim);
        }

        var split = flat.view(-1, heads, spec.HeadDim);
        return norm is null ? split : norm.Forward(split);
    }
}
