using LmDeploy.Engine.Tensors;
using TorchSharp;

namespace LmDeploy.Engine.Dequantization;

/// <summary>Whole numbers with a scale and a zero point for each output and group of inputs: a weight is (number - zero) * scale.</summary>
/// <param name="groups">[inputs], int64: the group of each input</param>
/// <param name="zeros">[groups, outputs], int32</param>
/// <param name="scales">[groups, outputs]</param>
internal sealed class GroupedIntegers(torch.Tensor groups, torch.Tensor zeros, torch.Tensor scales)
{
    private const long PieceElements = 4 << 20;

    /// <summary>Groups of consecutive inputs of one size.</summary>
    public static torch.Tensor GroupsOf(long inputs, long groupSize, torch.Device device)
    {
        using var scope = torch.NewDisposeScope();
        return TensorArithmetic.Range(0, inputs, device).div(Number.Of(groupSize), torch.RoundingMode.floor).MoveToOuterDisposeScope();
    }

    /// <param name="target">[outputs, inputs]</param>
    /// <param name="step">Inputs are unpacked in multiples of this.</param>
    /// <param name="unpack">Gives the numbers of some inputs, from the first one and how many: [inputs, outputs], int32.</param>
    /// <param name="pieceElements">About how many are made at once; it bounds the memory that is taken beside the matrix.</param>
    public void WidenInto(torch.Tensor target, long step, Func<long, long, torch.Tensor> unpack, long pieceElements = PieceElements)
    {
        var (outputs, inputs) = (target.shape[0], target.shape[1]);
        var piece = Math.Max(1, pieceElements / (outputs * step)) * step;
        for (var first = 0L; first < inputs; first += piece)
        {
            using var scope = torch.NewDisposeScope();
            var count = Math.Min(piece, inputs - first);
            var rows = groups.narrow(0, first, count);
            var centered = (unpack(first, count) - zeros.index_select(0, rows)).to(torch.float32);
            var weights = centered * scales.index_select(0, rows).to(torch.float32);
            target.narrow(1, first, count).copy_(weights.transpose(0, 1));
        }
    }
}
