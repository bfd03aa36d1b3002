using System.Runtime.InteropServices;
using LmDeploy.Engine.Tensors;
using LmDeploy.Engine.WeightUpload;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Quantization;
using TorchSharp;

namespace LmDeploy.Engine.Dequantization;

/// <summary>Of <see cref="GptqFormat"/>.</summary>
internal sealed class GptqDequantizer(GptqFormat format) : IDequantizer
{
    private readonly PackedIntegers _packing = PackedIntegers.InOrder(format.Bits);

    public void Load(TensorReader reader, string name, torch.Tensor target)
    {
        using var scope = torch.NewDisposeScope();
        var (outputs, inputs) = (target.shape[0], target.shape[1]);
        var matrix = format.MatrixOf(reader.Checkpoint, name, outputs, inputs);
        var groups = matrix.Groups is { } stored
            ? ReadGroups(reader, stored, inputs, matrix.Scales.Shape[0])
            : GroupedIntegers.GroupsOf(inputs, matrix.GroupSize, reader.Device);
        var integers = reader.Read(matrix.Integers);
        var scales = reader.Read(matrix.Scales);
        var zeros = ZeroPoints(reader.Read(matrix.Zeros));
        new GroupedIntegers(groups, zeros, scales)
            .WidenInto(target, _packing.PerWord, (first, rows) => _packing.UnpackRows(integers.narrow(0, first / _packing.PerWord, rows / _packing.PerWord)));
    }

    /// <summary>Checks group indexes on the host: an index out of range on the device would end the process.</summary>
    private static torch.Tensor ReadGroups(TensorReader reader, StoredPart part, long inputs, long groups)
    {
        using var scope = torch.NewDisposeScope();
        var stored = reader.Read(part);
        foreach (var group in MemoryMarshal.Cast<byte, int>(stored.to(torch.CPU).bytes))
        {
            if (group < 0 || group >= groups)
            {
                throw reader.Checkpoint.Invalid(part.Name, $"it has group {group}, but with {inputs} inputs there are groups 0 to {groups - 1}");
            }
        }

        return stored.to(torch.int64).MoveToOuterDisposeScope();
    }

    /// <summary>What the older layout has stored as 1 less than 0 comes back by the bits that are kept.</summary>
    private torch.Tensor ZeroPoints(torch.Tensor words)
    {
        using var scope = torch.NewDisposeScope();
        return _packing.UnpackColumns(words).Plus((long)format.ZeroOffset).remainder(Number.Of(1L << format.Bits)).MoveToOuterDisposeScope();
    }
}
