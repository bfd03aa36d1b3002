using LmDeploy.Engine.Tensors;
using LmDeploy.Engine.WeightUpload;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Quantization;
using TorchSharp;

namespace LmDeploy.Engine.Dequantization;

/// <summary>Of <see cref="Mxfp4Format"/>.</summary>
internal sealed class Mxfp4Dequantizer : IDequantizer
{
    private static readonly float[] Values = [.. Mxfp4Format.Values];

    /// <param name="target">[experts, outputs, inputs]</param>
    public void Load(TensorReader reader, string name, torch.Tensor target)
    {
        var (experts, outputs, inputs) = (target.shape[0], target.shape[1], target.shape[2]);
        var parts = Mxfp4Format.MatrixOf(reader.Checkpoint, name, experts, outputs, inputs);
        using var blocks = reader.Read(parts.Blocks);
        using var scales = reader.Read(parts.Scales);
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
        var values = torch.tensor(Values).to(blocks.device).index_select(0, codes.flatten()).view([.. blocks.shape[..^1], Mxfp4Format.GroupSize]);
        var powers = torch.pow(2.0, scales.to(torch.float32).Plus(-Mxfp4Format.ExponentBias));
        return (values * powers.unsqueeze(-1)).MoveToOuterDisposeScope();
    }
}
