using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.Kernels;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>Grouped-query attention with its projections.</summary>
internal sealed class Attention(AttentionSpec spec, CachedAttention cached, Linear qkv, Linear output, INorm? queryNorm, INorm? keyNorm) : IAttention
{
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

    public Lowering<CudaAttention> Lower(CudaRotation? rotation) => WhyNot() is { } reason
        ? Lowering.Refuse<CudaAttention>(reason)
        : from queries in Lowering.OfAny(queryNorm, norm => norm.Lower())
          from keys in Lowering.OfAny(keyNorm, norm => norm.Lower())
          from rope in Lowering.Unless(WhyNot(queries, keys), () => Rope(queries, keys, rotation))
          from projections in qkv.Lower("attention")
          from result in output.Lower("attention")
          select new CudaAttention(projections, rope, cached.Arguments, cached.Window, result);

    public void Dispose()
    {
        cached.Dispose();
        qkv.Dispose();
        output.Dispose();
        queryNorm?.Dispose();
        keyNorm?.Dispose();
    }

    private string? WhyNot() => true switch
    {
        _ when spec.HeadDim % 8 != 0 || spec.HeadDim > KernelDefinitions.LargestHead =>
            $"attention: heads of {spec.HeadDim}, but the kernels have multiples of 8 up to {KernelDefinitions.LargestHead}",
        _ when spec.QueryKeyNorm == QueryKeyNorm.PerProjection => "attention: a norm over all heads of a token together",
        _ when output.Bias is not null => "attention: its output projection has a bias",
        _ => null,
    };

    private static string? WhyNot(CudaNorm? queries, CudaNorm? keys) => (queries?.Epsilon, queries?.Weight.dtype) == (keys?.Epsilon, keys?.Weight.dtype)
        ? null
        : "attention: the norms of queries and keys differ in epsilon or type, or there is one alone";

    private RopeArguments Rope(CudaNorm? queries, CudaNorm? keys, CudaRotation? rotation) => new(
        qkv.Bias, queries?.Weight, keys?.Weight, queries?.Epsilon ?? 0, rotation?.Frequencies, rotation?.Factor ?? 1, rotation?.Neighbours ?? false,
        (float)cached.QueryScale);

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
