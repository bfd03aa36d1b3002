using LmDeploy.Worker.Steps;
using TorchSharp;

namespace LmDeploy.Worker.Models.Parts;

/// <summary>Rotary position embedding in the half-split form of Hugging Face checkpoints (https://arxiv.org/abs/2104.09864).</summary>
internal sealed class RotaryEmbedding(RopeFrequencies frequencies, int headDim, torch.Device device)
{
    private readonly torch.Tensor _fixed = torch.tensor(frequencies.For(0)).to(device).unsqueeze(0).DetachFromDisposeScope();

    /// <summary>Whether frequencies change while a sequence grows.</summary>
    public bool DependsOnLength => frequencies.DependsOnLength;

    /// <summary>Sine and cosine for each row of a step.</summary>
    /// <returns>Two tensors [rows, 1, headDim / 2].</returns>
    public (torch.Tensor Cosine, torch.Tensor Sine) For(StepBatch batch, torch.Tensor positions, torch.ScalarType dtype)
    {
        using var scope = torch.NewDisposeScope();
        var inverse = frequencies.DependsOnLength ? PerRow(batch) : _fixed;
        var angles = positions.to(torch.float32).unsqueeze(1) * inverse;
        return (
            (angles.cos() * frequencies.AttentionFactor).to(dtype).unsqueeze(1).MoveToOuterDisposeScope(),
            (angles.sin() * frequencies.AttentionFactor).to(dtype).unsqueeze(1).MoveToOuterDisposeScope());
    }

    /// <param name="x">[rows, heads, headDim]</param>
    public torch.Tensor Rotate(torch.Tensor x, torch.Tensor cosine, torch.Tensor sine)
    {
        using var scope = torch.NewDisposeScope();
        var first = x.narrow(2, 0, headDim / 2);
        var second = x.narrow(2, headDim / 2, headDim / 2);
        return torch.cat([(first * cosine) - (second * sine), (second * cosine) + (first * sine)], 2).MoveToOuterDisposeScope();
    }

    private torch.Tensor PerRow(StepBatch batch)
    {
        var rows = new List<float>(batch.Rows * headDim / 2);
        foreach (var slice in batch.Slices)
        {
            for (var i = 0; i < slice.Count; i++)
            {
                rows.AddRange(frequencies.For(slice.RopeLength(i)));
            }
        }

        return torch.tensor(rows.ToArray(), batch.Rows, headDim / 2).to(device);
    }
}
