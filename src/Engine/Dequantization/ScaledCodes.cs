using LmDeploy.Engine.Tensors;
using LmDeploy.Models.Quantization;
using TorchSharp;

namespace LmDeploy.Engine.Dequantization;

/// <summary>A matrix of bytes that stand for values, with a scale for each block of it.</summary>
/// <param name="codes">[rows, columns], uint8</param>
/// <param name="values">[256], float32: the value of each byte</param>
/// <param name="scales">[blocks of rows, blocks of columns]</param>
internal sealed class ScaledCodes(torch.Tensor codes, torch.Tensor values, torch.Tensor scales, ScaleBlocks block)
{
    private const long PieceElements = 4 << 20;

    /// <param name="target">[rows, columns]</param>
    /// <param name="pieceElements">About how many are made at once; it bounds the memory that is taken beside the matrix.</param>
    public void WidenInto(torch.Tensor target, long pieceElements = PieceElements)
    {
        var (rows, columns) = (target.shape[0], target.shape[1]);
        var piece = Math.Max(1, pieceElements / columns);
        using var wide = scales.to(torch.float32);
        for (var first = 0L; first < rows; first += piece)
        {
            using var scope = torch.NewDisposeScope();
            var count = Math.Min(piece, rows - first);
            var indices = codes.narrow(0, first, count).flatten().to(torch.int32);
            var scaleOf = wide.index_select(0, Blocks(first, count, block.Rows)).index_select(1, Blocks(0, columns, block.Columns));
            target.narrow(0, first, count).copy_(values.index_select(0, indices).view(count, columns) * scaleOf);
        }
    }

    /// <summary>The block of each of some rows or columns.</summary>
    private torch.Tensor Blocks(long first, long count, long size) =>
        TensorArithmetic.Range(first, first + count, codes.device).div(Number.Of(size), torch.RoundingMode.floor);
}
