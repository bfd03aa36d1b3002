using LmDeploy.Engine.Dequantization;
using LmDeploy.Models.Quantization;
using LmDeploy.Tests.Torch;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Dequantization;

/// <summary>Large matrices are made plain in pieces, which changes nothing.</summary>
[Collection(TorchTests.Name)]
public sealed class PieceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(200)]
    [InlineData(1 << 20)]
    public void GroupedIntegers_AreTheSameInPieces(long pieceElements)
    {
        using var scope = torch.NewDisposeScope();
        var words = torch.randint(0, 1 << 24, [5, 6], dtype: torch.int32);
        var (zeros, scales) = (torch.randint(0, 16, [3, 6], dtype: torch.int32), torch.rand(3, 6));
        var groups = GroupedIntegers.GroupsOf(40, 16, torch.CPU);
        var packing = PackedIntegers.InOrder(4);
        var target = torch.zeros(6, 40);
        new GroupedIntegers(groups, zeros, scales)
            .WidenInto(target, 8, (first, count) => packing.UnpackRows(words.narrow(0, first / 8, count / 8)), pieceElements);
        var whole = (packing.UnpackRows(words) - zeros.index_select(0, groups)) * scales.index_select(0, groups);
        target.data<float>().ToArray().ShouldBe(whole.t().contiguous().data<float>().ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(1 << 20)]
    public void ScaledCodes_AreTheSameInPieces(long pieceElements)
    {
        using var scope = torch.NewDisposeScope();
        var (codes, values, scales) = (torch.randint(0, 256, [11, 10], dtype: torch.uint8), torch.rand(256), torch.rand(4, 3));
        var target = torch.zeros(11, 10);
        new ScaledCodes(codes, values, scales, new ScaleBlocks(3, 4)).WidenInto(target, pieceElements);
        var weights = target.data<float>().ToArray();
        var (bytes, value, scale) = (codes.data<byte>().ToArray(), values.data<float>().ToArray(), scales.data<float>().ToArray());
        weights.ShouldBe(bytes.Select((code, i) => value[code] * scale[(i / 10 / 3 * 3) + (i % 10 / 4)]));
    }
}
