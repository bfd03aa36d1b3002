using LmDeploy.Worker.Models.Parts;
using TorchSharp;

namespace LmDeploy.Worker.Models;

/// <summary>
/// Weights in MXFP4 (OCP Microscaling Formats 1.0), made wide as they are loaded: 32 neighbours share a scale, a power of two whose
/// byte is its exponent plus 127, and each is 4 bits (E2M1), two in a byte, the first in the lower half.
/// </summary>
internal static class Mxfp4
{
    public const int GroupSize = 32;

    private const int ExponentBias = 127;

    private static readonly float[] Values = [0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6];

    /// <summary>Loads <c>name_blocks</c> and <c>name_scales</c>.</summary>
    /// <returns>[experts, outputs, inputs] in the engine's type; belongs to the caller.</returns>
    public static torch.Tensor Load(WeightLoader weights, string name, long experts, long outputs, long inputs)
    {
        var groups = inputs / GroupSize;
        using var blocks = weights.Bytes($"{name}_blocks", experts, outputs, groups, GroupSize / 2);
        using var scales = weights.Bytes($"{name}_scales", experts, outputs, groups);
        var wide = torch.empty([experts, outputs, inputs], dtype: weights.Dtype, device: weights.Device);
        for (var expert = 0; expert < experts; expert++)
        {
            using var scope = torch.NewDisposeScope();
            wide[expert].copy_(Widen(blocks[expert], scales[expert]).view(outputs, inputs));
        }

        return wide.DetachFromDisposeScope();
    }

    /// <param name="blocks">[..., groups, 16], uint8</param>
    /// <param name="scales">[..., groups], uint8</param>
    /// <returns>[..., groups, 32], float32</returns>
    public static torch.Tensor Widen(torch.Tensor blocks, torch.Tensor scales)
    {
        using var scope = torch.NewDisposeScope();
        var bytes = blocks.to(torch.int64);
        var codes = torch.stack([bytes.remainder(Number.Of(Values.Length)), bytes.div(Number.Of(Values.Length), torch.RoundingMode.floor)], -1);
        var values = torch.tensor(Values).to(blocks.device).index_select(0, codes.flatten()).view([.. blocks.shape[..^1], GroupSize]);
        var powers = torch.pow(2.0, scales.to(torch.float32).Plus(-ExponentBias));
        return (values * powers.unsqueeze(-1)).MoveToOuterDisposeScope();
    }
}
