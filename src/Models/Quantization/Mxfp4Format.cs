using LmDeploy.Models.Checkpoints;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Models.Quantization;

/// <summary>
/// MXFP4 (OCP Microscaling Formats 1.0) as GPT-OSS has it: 32 neighbours share a scale, a power of two whose byte in <c>_scales</c> is its exponent
/// plus 127, and each is 4 bits (E2M1), two in a byte of <c>_blocks</c>, the first in the lower half.
/// </summary>
internal sealed class Mxfp4Format : IWeightFormat
{
    public const int GroupSize = 32;
    public const int ExponentBias = 127;
    private const string Blocks = "_blocks";
    private const string Scales = "_scales";

    /// <summary>The value of each code of 4 bits.</summary>
    public static IReadOnlyList<float> Values { get; } = [0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6];

    public string Description => "mxfp4";

    public bool OutputsFirst => true;

    public static Mxfp4Format Read(ConfigFile quantization) => new();

    public bool Holds(Checkpoint checkpoint, string name) =>
        !checkpoint.Contains(name) && (checkpoint.Contains(name + Blocks) || checkpoint.Contains(name + Scales));

    /// <exception cref="EngineException"><see cref="ErrorCodes.WrongShape"/>.</exception>
    public static (StoredPart Blocks, StoredPart Scales) MatrixOf(Checkpoint checkpoint, string name, params long[] shape)
    {
        if (shape is not [var experts, var outputs, var inputs])
        {
            throw new EngineException(
                ErrorCodes.WrongShape, $"'{checkpoint.Folder}': '{name}' is a single matrix; of mxfp4 the experts of a layer in one tensor are read.", name);
        }

        if (inputs % GroupSize != 0)
        {
            throw new EngineException(
                ErrorCodes.WrongShape, $"'{checkpoint.Folder}': '{name}' has {inputs} inputs; mxfp4 needs a multiple of {GroupSize}, one group.", name);
        }

        var groups = inputs / GroupSize;
        return (
            new StoredPart(name + Blocks, TensorDtype.Bytes, experts, outputs, groups, GroupSize / 2),
            new StoredPart(name + Scales, TensorDtype.Bytes, experts, outputs, groups));
    }

    /// <param name="shape">[experts, outputs, inputs]</param>
    public IReadOnlyList<StoredPart> PartsOf(Checkpoint checkpoint, string name, params long[] shape)
    {
        var (blocks, scales) = MatrixOf(checkpoint, name, shape);
        return [blocks, scales];
    }
}
