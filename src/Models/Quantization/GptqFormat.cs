using LmDeploy.Models.Checkpoints;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Models.Quantization;

/// <summary>
/// GPTQ as AutoGPTQ and GPTQModel store it: a word of <c>qweight</c> [inputs / 8, outputs] holds 8 inputs of one output, <c>qzeros</c>
/// [groups, outputs / 8] 8 outputs of one group, lowest bits first; <c>scales</c> [groups, outputs]; <c>g_idx</c> [inputs] has the group of each
/// input, which in a matrix that was quantized in the order of activations is not its number by the group's size. 4 to a word where they have 8 bits.
/// </summary>
/// <param name="groupSize">Null for one group.</param>
/// <param name="groupsInOrder">Whether <c>g_idx</c> may be left out.</param>
/// <param name="zeroOffset">What stored zero points are less than true ones: 1 in the older layout.</param>
internal sealed class GptqFormat(int bits, long? groupSize, bool groupsInOrder, int zeroOffset) : IWeightFormat
{
    private const string OldLayout = "gptq";
    private const string NewLayout = "gptq_v2";

    public int Bits => bits;

    public int PerWord => 32 / bits;

    public int ZeroOffset => zeroOffset;

    public string Description => $"gptq {bits}-bit";

    public bool OutputsFirst => true;

    public static GptqFormat Read(ConfigFile quantization)
    {
        var bits = quantization.PositiveInteger("bits");
        if (bits is not (4 or 8))
        {
            throw quantization.Unsupported("bits", $"is {bits}; of gptq 4 and 8 bits are read");
        }

        RefuseOtherLayouts(quantization);
        return new GptqFormat(
            bits, GroupSize.Read(quantization, "group_size"), !quantization.Bool("desc_act", false), Layout(quantization) == OldLayout ? 1 : 0);
    }

    public bool Holds(Checkpoint checkpoint, string name) => PackedModule.IsIn(checkpoint, name);

    /// <exception cref="EngineException"><see cref="ErrorCodes.WrongShape"/>.</exception>
    public GptqMatrix MatrixOf(Checkpoint checkpoint, string name, params long[] shape)
    {
        var (outputs, inputs) = PackedModule.SidesOf(checkpoint, name, shape);
        var module = PackedModule.Of(name);
        if (outputs % PerWord != 0 || inputs % PerWord != 0)
        {
            throw new EngineException(
                ErrorCodes.WrongShape,
                $"'{checkpoint.Folder}': '{name}' has {outputs} outputs and {inputs} inputs; gptq with {Bits} bits needs multiples of {PerWord}.",
                name);
        }

        var size = Math.Min(groupSize ?? inputs, inputs);
        var groups = (inputs + size - 1) / size;
        return new GptqMatrix(
            new StoredPart(module.Integers, TensorDtype.Words, inputs / PerWord, outputs),
            new StoredPart(module.Zeros, TensorDtype.Words, groups, outputs / PerWord),
            new StoredPart(module.Scales, TensorDtype.Floats, groups, outputs),
            groupsInOrder && !checkpoint.Contains(module.Groups) ? null : new StoredPart(module.Groups, TensorDtype.Words, inputs),
            size);
    }

    public IReadOnlyList<StoredPart> PartsOf(Checkpoint checkpoint, string name, params long[] shape) =>
        MatrixOf(checkpoint, name, shape) is var matrix && matrix.Groups is { } groups
            ? [groups, matrix.Integers, matrix.Scales, matrix.Zeros]
            : [matrix.Integers, matrix.Scales, matrix.Zeros];

    private static string Layout(ConfigFile quantization) => quantization.String(LayoutKey(quantization)) ?? OldLayout;

    private static string LayoutKey(ConfigFile quantization) => quantization.Has("checkpoint_format") ? "checkpoint_format" : "format";

    private static void RefuseOtherLayouts(ConfigFile quantization)
    {
        if (Layout(quantization) is var layout and not (OldLayout or NewLayout))
        {
            throw quantization.Unsupported(LayoutKey(quantization), $"is '{layout}'; of gptq the layouts {OldLayout} and {NewLayout} are read");
        }

        if (quantization.Bool("is_marlin_format", false))
        {
            throw quantization.Unsupported("is_marlin_format", $"is true; of gptq the layouts {OldLayout} and {NewLayout} are read");
        }

        if (quantization.String("pack_dtype") is { } words and not "int32")
        {
            throw quantization.Unsupported("pack_dtype", $"is '{words}'; of gptq words of int32 are read");
        }

        if (quantization.Section("dynamic") is { } modules && modules.Keys.FirstOrDefault(key => !key.StartsWith("-:", StringComparison.Ordinal)) is { } other)
        {
            throw modules.Unsupported(other, "gives some modules settings of their own; of gptq one setting for all that are quantized is read");
        }
    }
}
