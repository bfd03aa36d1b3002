using LmDeploy.Engine.Decoders.Sources;
using LmDeploy.Engine.Tensors;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders;

/// <summary>
/// Rearranges loaded tensors into the layout of the parts. Each method takes ownership of its argument; the result belongs to the caller. Views can
/// be made of tensors that are still being copied; everything else waits for them first.
/// </summary>
internal sealed class WeightLayout(IWeightSource source)
{
    /// <summary>Adds a number to every element.</summary>
    public torch.Tensor Plus(torch.Tensor tensor, double number) => Compute(tensor, taken => taken.Plus(number));

    /// <returns>A view with the last two dimensions swapped.</returns>
    public static torch.Tensor Transposed(torch.Tensor matrix) => Take(matrix, taken => taken.transpose(-2, -1));

    /// <summary>From the rows of each key-value head (its queries, its key, its value) to all queries, all keys, all values.</summary>
    public torch.Tensor Ungrouped(torch.Tensor rows, AttentionSpec attention) => Compute(rows, taken =>
    {
        var groups = attention.Heads / attention.KeyValueHeads;
        var byHead = taken.view([attention.KeyValueHeads, groups + 2, attention.HeadDim, .. taken.shape[1..]]);
        return torch.cat([.. new[] { (0, groups), (groups, 1), (groups + 1, 1) }.Select(part => byHead.narrow(1, part.Item1, part.Item2).flatten(0, 2))], 0);
    });

    /// <summary>From gate and up in turns to all gates, all ups, along dimension 1.</summary>
    public torch.Tensor Deinterleaved(torch.Tensor gateUp) => Compute(gateUp, taken =>
        taken.view([taken.shape[0], taken.shape[1] / 2, 2, .. taken.shape[2..]]).transpose(1, 2).reshape(taken.shape));

    /// <summary>Splits the projection of latent vectors to keys and values.</summary>
    /// <param name="matrix">[heads * (nope + value size), rank]</param>
    /// <returns>Keys [heads, nope, rank] and values [heads, rank, value size].</returns>
    public (torch.Tensor Keys, torch.Tensor Values) KeysAndValues(torch.Tensor matrix, int heads, int nope)
    {
        source.Await(matrix);
        using var scope = torch.NewDisposeScope();
        using (matrix)
        {
            var byHead = matrix.view(heads, -1, matrix.shape[1]);
            var values = byHead.narrow(1, nope, byHead.shape[1] - nope).transpose(1, 2).contiguous();
            return (byHead.narrow(1, 0, nope).contiguous().DetachFromDisposeScope(), values.DetachFromDisposeScope());
        }
    }

    private torch.Tensor Compute(torch.Tensor tensor, Func<torch.Tensor, torch.Tensor> change)
    {
        source.Await(tensor);
        return Take(tensor, change);
    }

    private static torch.Tensor Take(torch.Tensor tensor, Func<torch.Tensor, torch.Tensor> change)
    {
        using var scope = torch.NewDisposeScope();
        using (tensor)
        {
            return change(tensor).DetachFromDisposeScope();
        }
    }
}
