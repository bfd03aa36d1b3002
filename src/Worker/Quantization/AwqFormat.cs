using LmDeploy.V1;
using LmDeploy.Worker.Checkpoints;
using LmDeploy.Text.Errors;
using LmDeploy.Worker.Models.Parts;
using TorchSharp;

namespace LmDeploy.Worker.Quantization;

/// <summary>
/// AWQ as AutoAWQ stores it for its <c>gemm</c> kernels: a word of <c>qweight</c> [inputs, outputs / 8] holds 8 outputs of one input, those
/// of even number first; <c>qzeros</c> [groups, outputs / 8] the same way; <c>scales</c> [groups, outputs].
/// </summary>
/// <param name="groupSize">Null for one group.</param>
/// <param name="symmetric">Whether zero points may be left out, because they are all in the middle.</param>
internal sealed class AwqFormat(long? groupSize, bool symmetric) : IWeightFormat
{
    private const int Bits = 4;
    private const int Middle = 1 << (Bits - 1);
    private const string Version = "gemm";

    // A word holds outputs 0, 2, 4, 6, 1, 3, 5, 7, so that output 1 is in place 4.
    private static readonly PackedIntegers Packing = new(Bits, [0, 4, 1, 5, 2, 6, 3, 7]);

    public string Description => $"awq {Bits}-bit";

    public bool OutputsFirst => true;

    /// <summary>From the keys that transformers writes, or AutoAWQ's older ones.</summary>
    public static AwqFormat Read(ConfigFile quantization)
    {
        var bits = quantization.Has("w_bit") ? "w_bit" : "bits";
        if (quantization.PositiveInteger(bits) is var number and not Bits)
        {
            throw quantization.Unsupported(bits, $"is {number}; of awq {Bits} bits are read");
        }

        var key = quantization.Has("format") && !quantization.Has("version") ? "format" : "version";
        return (quantization.String(key) ?? Version).Equals(Version, StringComparison.OrdinalIgnoreCase)
            ? new AwqFormat(GroupSize.Read(quantization, quantization.Has("q_group_size") ? "q_group_size" : "group_size"), !quantization.Bool("zero_point", true))
            : throw quantization.Unsupported(key, $"is '{quantization.String(key)}'; of awq the version {Version} is read");
    }

    public bool Holds(Checkpoint checkpoint, string name) => PackedModule.IsIn(checkpoint, name);

    public long CountOf(TensorEntry entry) => PackedModule.CountOf(entry, Packing.PerWord);

    public void Load(TensorReader reader, string name, torch.Tensor target)
    {
        using var scope = torch.NewDisposeScope();
        var module = PackedModule.Of(name);
        var (outputs, inputs) = (target.shape[0], target.shape[1]);
        var size = Math.Min(groupSize ?? inputs, inputs);
        if (outputs % Packing.PerWord != 0 || inputs % size != 0)
        {
            throw new EngineException(
                ErrorCodes.WrongShape,
                $"'{reader.Checkpoint.Folder}': '{name}' has {outputs} outputs and {inputs} inputs; awq needs a multiple of {Packing.PerWord} outputs and of {size} inputs, one group.",
                name);
        }

        var integers = reader.Read(module.Integers, TensorDtype.Words, inputs, outputs / Packing.PerWord);
        var scales = reader.Read(module.Scales, TensorDtype.Floats, inputs / size, outputs);
        var zeros = symmetric && !reader.Checkpoint.Contains(module.Zeros)
            ? torch.full(inputs / size, outputs, Number.Of((long)Middle), torch.int32, reader.Device)
            : Packing.UnpackColumns(reader.Read(module.Zeros, TensorDtype.Words, inputs / size, outputs / Packing.PerWord));
        new GroupedIntegers(GroupedIntegers.GroupsOf(inputs, size, reader.Device), zeros, scales)
            .WidenInto(target, step: 1, (first, count) => Packing.UnpackColumns(integers.narrow(0, first, count)));
    }
}
