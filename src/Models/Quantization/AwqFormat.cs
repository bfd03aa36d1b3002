using LmDeploy.Models.Checkpoints;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Models.Quantization;

/// <summary>
/// AWQ as AutoAWQ stores it for its <c>gemm</c> kernels: a word of <c>qweight</c> [inputs, outputs / 8] holds 8 outputs of one input, those
/// of even number first; <c>qzeros</c> [groups, outputs / 8] the same way; <c>scales</c> [groups, outputs].
/// </summary>
/// <param name="groupSize">Null for one group.</param>
/// <param name="symmetric">Whether zero points may be left out, because they are all in the middle.</param>
internal sealed class AwqFormat(long? groupSize, bool symmetric) : IWeightFormat
{
    public const int Bits = 4;
    public const int PerWord = 32 / Bits;
    private const string Version = "gemm";

    /// <summary>A word holds outputs 0, 2, 4, 6, 1, 3, 5, 7, so that output 1 is in place 4.</summary>
    public static IReadOnlyList<int> Places { get; } = [0, 4, 1, 5, 2, 6, 3, 7];

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
            ? new AwqFormat(
                GroupSize.Read(quantization, quantization.Has("q_group_size") ? "q_group_size" : "group_size"), !quantization.Bool("zero_point", true))
            : throw quantization.Unsupported(key, $"is '{quantization.String(key)}'; of awq the version {Version} is read");
    }

    public bool Holds(Checkpoint checkpoint, string name) => PackedModule.IsIn(checkpoint, name);

    /// <exception cref="EngineException"><see cref="ErrorCodes.WrongShape"/>.</exception>
    public AwqMatrix MatrixOf(Checkpoint checkpoint, string name, params long[] shape)
    {
        var (outputs, inputs) = PackedModule.SidesOf(checkpoint, name, shape);
        var module = PackedModule.Of(name);
        var size = Math.Min(groupSize ?? inputs, inputs);
        if (outputs % PerWord != 0 || inputs % size != 0)
        {
            throw new EngineException(
                ErrorCodes.WrongShape,
                $"'{checkpoint.Folder}': '{name}' has {outputs} outputs and {inputs} inputs; "
                    + $"awq needs a multiple of {PerWord} outputs and of {size} inputs, one group.",
                name);
        }

        return new AwqMatrix(
            new StoredPart(module.Integers, TensorDtype.Words, inputs, outputs / PerWord),
            symmetric && !checkpoint.Contains(module.Zeros) ? null : new StoredPart(module.Zeros, TensorDtype.Words, inputs / size, outputs / PerWord),
            new StoredPart(module.Scales, TensorDtype.Floats, inputs / size, outputs),
            size);
    }

    public IReadOnlyList<StoredPart> PartsOf(Checkpoint checkpoint, string name, params long[] shape) =>
        MatrixOf(checkpoint, name, shape) is var matrix && matrix.Zeros is { } zeros
            ? [matrix.Integers, matrix.Scales, zeros]
            : [matrix.Integers, matrix.Scales];
}
