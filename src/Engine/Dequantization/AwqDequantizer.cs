using LmDeploy.Engine.Tensors;
using LmDeploy.Engine.WeightUpload;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Quantization;
using TorchSharp;

namespace LmDeploy.Engine.Dequantization;

/// <summary>Of <see cref="AwqFormat"/>.</summary>
internal sealed class AwqDequantizer(AwqFormat format) : IDequantizer
{
    private const int Middle = 1 << (AwqFormat.Bits - 1);

    private static readonly PackedIntegers Packing = new(AwqFormat.Bits, AwqFormat.Places);

    public void Load(TensorReader reader, string name, torch.Tensor target)
    {
        using var scope = torch.NewDisposeScope();
        var (outputs, inputs) = (target.shape[0], target.shape[1]);
        var matrix = format.MatrixOf(reader.Checkpoint, name, outputs, inputs);
        var integers = reader.Read(matrix.Integers);
        var scales = reader.Read(matrix.Scales);
        var zeros = matrix.Zeros is { } stored
            ? Packing.UnpackColumns(reader.Read(stored))
            : torch.full(inputs / matrix.GroupSize, outputs, Number.Of((long)Middle), torch.int32, reader.Device);
        new GroupedIntegers(GroupedIntegers.GroupsOf(inputs, matrix.GroupSize, reader.Device), zeros, scales)
            .WidenInto(target, step: 1, (first, count) => Packing.UnpackColumns(integers.narrow(0, first, count)));
    }
}
