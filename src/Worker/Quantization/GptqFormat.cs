using System.Runtime.InteropServices;
using LmDeploy.V1;
using LmDeploy.Worker.Checkpoints;
using LmDeploy.Text.Errors;
using LmDeploy.Worker.Models.Parts;
using TorchSharp;

namespace LmDeploy.Worker.Quantization;

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

    private readonly PackedIntegers _packing = PackedIntegers.InOrder(bits);

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
        return new GptqFormat(bits, GroupSize.Read(quantization, "group_size"), !quantization.Bool("desc_act", false), Layout(quantization) == OldLayout ? 1 : 0);
    }

    public bool Holds(Checkpoint checkpoint, string name) => PackedModule.IsIn(checkpoint, name);

    public long CountOf(TensorEntry entry) => PackedModule.CountOf(entry, _packing.PerWord);

    public void Load(TensorReader reader, string name, torch.Tensor target)
    {
        using var scope = torch.NewDisposeScope();
        var (module, perWord) = (PackedModule.Of(name), _packing.PerWord);
        var (outputs, inputs) = (target.shape[0], target.shape[1]);
        if (outputs % perWord != 0 || inputs % perWord != 0)
        {
            throw new EngineException(
                ErrorCodes.WrongShape,
                $"'{reader.Checkpoint.Folder}': '{name}' has {outputs} outputs and {inputs} inputs; gptq with {bits} bits needs multiples of {perWord}.",
                name);
        }

        var size = Math.Min(groupSize ?? inputs, inputs);
        var count = (inputs + size - 1) / size;
        var groups = groupsInOrder && !reader.Checkpoint.Contains(module.Groups)
            ? GroupedIntegers.GroupsOf(inputs, size, reader.Device)
            : ReadGroups(reader, module.Groups, inputs, count);
        var integers = reader.Read(module.Integers, TensorDtype.Words, inputs / perWord, outputs);
        var scales = reader.Read(module.Scales, TensorDtype.Floats, count, outputs);
        var zeros = ZeroPoints(reader.Read(module.Zeros, TensorDtype.Words, count, outputs / perWord));
        new GroupedIntegers(groups, zeros, scales)
            .WidenInto(target, perWord, (first, rows) => _packing.UnpackRows(integers.narrow(0, first / perWord, rows / perWord)));
    }

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

    /// <summary>They are read before the device has them, where an index out of range would end the process.</summary>
    private static torch.Tensor ReadGroups(TensorReader reader, string name, long inputs, long groups)
    {
        using var scope = torch.NewDisposeScope();
        var stored = reader.Read(name, TensorDtype.Words, inputs);
        foreach (var group in MemoryMarshal.Cast<byte, int>(stored.to(torch.CPU).bytes))
        {
            if (group < 0 || group >= groups)
            {
                throw reader.Checkpoint.Invalid(name, $"it has group {group}, but with {inputs} inputs there are groups 0 to {groups - 1}");
            }
        }

        return stored.to(torch.int64).MoveToOuterDisposeScope();
    }

    /// <summary>What the older layout has stored as 1 less than 0 comes back by the bits that are kept.</summary>
    private torch.Tensor ZeroPoints(torch.Tensor words)
    {
        using var scope = torch.NewDisposeScope();
        return _packing.UnpackColumns(words).Plus((long)zeroOffset).remainder(Number.Of(1L << bits)).MoveToOuterDisposeScope();
    }
}
