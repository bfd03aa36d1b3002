using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Tensors;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>Attention under a mask, by the fused operator where the model lets it, else score by score.</summary>
internal static class MaskedAttention
{
    /// <param name="queries">[batch, heads, rows, head size]; scores are divided by the root of the head size.</param>
    /// <param name="keys">[batch, heads, length, head size]</param>
    /// <param name="mask">Where a query sees a key: of a shape that spreads to [batch, heads, rows, length].</param>
    /// <param name="sinks">Of a shape that spreads to [batch, heads, rows, 1]; null for none.</param>
    /// <returns>[batch, heads, rows, head size]</returns>
    public static torch.Tensor Attend(torch.Tensor queries, torch.Tensor keys, torch.Tensor values, torch.Tensor mask, AttentionSpec spec, torch.Tensor? sinks)
    {
        if (!spec.NeedsScores)
        {
            return torch.nn.functional.scaled_dot_product_attention(queries, keys, values, mask);
        }

        using var scope = torch.NewDisposeScope();
        var scores = queries.matmul(keys.transpose(-2, -1)).to(torch.float32).Over(Math.Sqrt(spec.HeadDim));
        if (spec.ScoreCap is { } cap)
        {
            scores = scores.Over(cap).tanh().Times(cap);
        }

        scores = scores.masked_fill(mask.logical_not(), Number.Of(double.NegativeInfinity));
        return Weights(scores, sinks).to(queries.dtype).matmul(values).MoveToOuterDisposeScope();
    }

    private static torch.Tensor Weights(torch.Tensor scores, torch.Tensor? sinks)
    {
        if (sinks is null)
        {
            return scores.softmax(-1);
        }

        var spread = sinks.to(torch.float32).expand([.. scores.shape[..^1], 1]);
        return torch.cat([scores, spread], -1).softmax(-1).narrow(-1, 0, scores.shape[^1]);
    }
}
