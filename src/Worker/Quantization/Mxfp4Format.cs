using LmDeploy.V1;
using LmDeploy.Worker.Checkpoints;
using LmDeploy.Text.Errors;
using LmDeploy.Worker.Models.Parts;
using TorchSharp;

namespace LmDeploy.Worker.Quantization;

/// <summary>
/// MXFP4 (OCP Microscaling Formats 1.0) as GPT-OSS has it: 32 neighbours share a scale, a power of two whose byte in <c>_scales</c> is its exponent
/// plus 127, and each is 4 bits (E2M1), two in a byte of <c>_blocks</c>, the first in the lower half.
/// </summary>
internal sealed class Mxfp4Format : IWeightFormat
{
    private const int GroupSize = 32;
    private const int ExponentBias = 127;
    private const string Blocks = "_blocks";
    private const string Scales = "_scales";

    private static readonly float[] Values = [0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6];

    public string Description => "mxfp4";

    public bool OutputsFirst => true;

    public static Mxfp4Format Read(ConfigFile quantization) => new();

    public bool Holds(Checkpoint checkpoint, string name) =>
        !checkpoint.Contains(name) && (checkpoint.Contains(name + Blocks) || checkpoint.Contains(name + Scales));

    public long CountOf(TensorEntry entry) =>
        entry.Name.EndsWith(Blocks, StringComparison.Ordinal) ? entry.Elements * 2 : entry.Name.EndsWith(Scales, StringComparison.Ordinal) ? 0 : entry.Elements;

    /// <param name="target">[experts, outputs, inputs]</param>
    public void Load(TensorReader reader, string name, torch.Tensor target)
    {
        var (experts, outputs, inputs) = (target.shape[0], target.shape[1], target.shape[2]);
        if (inputs % GroupSize != 0)
        {
            throw new EngineException(
                ErrorCodes.WrongShape, $"'{reader.Checkpoint.Folder}': '{name}' has {inputs} inputs; mxfp4 needs a multiple of {GroupSize}, one group.", name);
        }

        var groups = inputs / GroupSize;
        using var blocks = reader.Read(name + Blocks, TensorDtype.Bytes, experts, outputs, groups, GroupSize / 2);
        using var scales = reader.Read(name + Scales, TensorDtype.Bytes, experts, outputs, groups);
        for (var expert = 0L; expert < experts; expert++)
        {
            using var scope = torch.NewDisposeScope();
            target[expert].copy_(Widen(blocks[expert], scales[expert]).flatten(1, 2));
        }
    }

    /// <param name="blocks">[..., groups, 16], uint8</param>
    /// <param name="scales">[..., groups], uint8</param>
    /// <returns>[..., groups, 32], float32</returns>
    private static torch.Tensor Widen(torch.Tensor blocks, torch.Tensor scales)
    {
        using var scope = torch.NewDisposeScope();
        var bytes = blocks.to(torch.int64);
        var codes = torch.stack([bytes.remainder(Number.Of(Values.Length)), bytes.div(Number.Of(Values.Length), torch.RoundingMode.floor)], -1);
        var values = torch.tensor(Values).to(blocks.device).index_select(0, codes.flatten()).view([.. blocks.shape[..^1], GroupSize]);
        var powers = torch.pow(2.0, scales.to(torch.float32).Plus(-ExponentBias));
        return (values * powers.unsqueeze(-1)).MoveToOuterDisposeScope();
    }
}
