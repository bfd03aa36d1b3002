using System.Runtime.InteropServices;
using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.Tensors;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>A mixture of experts: rows are ordered by expert, so that each expert with any computes all of its rows at once.</summary>
/// <param name="shared">Computes every row; null for none.</param>
internal sealed class MoeMlp(ExpertRouter router, Experts experts, IMlp? shared, int expertsPerToken) : IMlp
{
    public torch.Tensor Forward(torch.Tensor x)
    {
        using var scope = torch.NewDisposeScope();
        var (chosen, weights) = router.Route(x);
        var (sorted, order) = chosen.flatten().sort();
        var inputs = x.index_select(0, order.div(Number.Of(expertsPerToken), torch.RoundingMode.floor));
        var outputs = new List<torch.Tensor>();
        var first = 0;
        foreach (var (expert, rows) in Runs(sorted))
        {
            outputs.Add(experts.Forward(expert, inputs.narrow(0, first, rows)));
            first += rows;
        }

        // Back in the order of the rows; summed in a fixed order, so that the same step gives the same bits.
        var byRow = torch.cat(outputs, 0).index_select(0, order.argsort()).view(x.shape[0], expertsPerToken, x.shape[1]);
        var mixed = (byRow.to(torch.float32) * weights.unsqueeze(2)).sum(1).to(x.dtype);
        return (shared is null ? mixed : mixed.Plus(shared.Forward(x))).MoveToOuterDisposeScope();
    }

    public Lowering<ICudaMlp> Lower() => shared is not null
        ? Lowering.Refuse<ICudaMlp>("experts: one of them computes every token")
        : from chooser in router.Lower()
          from networks in experts.Lower()
          select (ICudaMlp)new CudaMoeMlp(chooser, networks, this);

    public void Dispose()
    {
        router.Dispose();
        experts.Dispose();
        shared?.Dispose();
    }

    /// <summary>Each expert that has rows, and how many.</summary>
    private static List<(int Expert, int Rows)> Runs(torch.Tensor sorted)
    {
        var runs = new List<(int Expert, int Rows)>();
        foreach (var expert in MemoryMarshal.Cast<byte, long>(sorted.to(torch.CPU).bytes))
        {
            if (runs.Count > 0 && runs[^1].Expert == expert)
            {
                runs[^1] = (runs[^1].Expert, runs[^1].Rows + 1);
            }
            else
            {
                runs.Add(((int)expert, 1));
            }
        }

        return runs;
    }
}
