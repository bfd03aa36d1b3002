using LmDeploy.Engine.WeightUpload;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Quantization;
using TorchSharp;

namespace LmDeploy.Engine.Dequantization;

/// <summary>Of <see cref="Fp8Format"/>.</summary>
internal sealed class Fp8Dequantizer(Fp8Format format) : IDequantizer
{
    public void Load(TensorReader reader, string name, torch.Tensor target)
    {
        using var scope = torch.NewDisposeScope();
        var parts = format.MatrixOf(reader.Checkpoint, name, target.shape);
        var codes = reader.Read(parts.Codes);
        var values = torch.tensor(Float8.Values(reader.Checkpoint.TryFind(name)!.Dtype)).to(reader.Device);
        var scales = reader.Read(parts.Scales);
        var matrices = target.shape.Length == 2 ? 1 : target.shape[0];
        var (rows, columns) = (target.shape[^2], target.shape[^1]);
        var count = parts.Block.CountOf(rows, columns);
        var scaleOf = scales.view(matrices, count.Rows, count.Columns);
        for (var matrix = 0L; matrix < matrices; matrix++)
        {
            using var pieces = torch.NewDisposeScope();
            new ScaledCodes(codes.view(matrices, rows, columns)[matrix], values, scaleOf[matrix], parts.Block)
                .WidenInto(target.view(matrices, rows, columns)[matrix]);
        }
    }
}
