using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.StepInput;
using LmDeploy.Engine.Tensors;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>Rotary position embedding (https://arxiv.org/abs/2104.09864).</summary>
internal sealed class RotaryEmbedding(RopeSettings settings, torch.Device device) : IDisposable
{
    private readonly RopeFrequencies _frequencies = new(settings);

    // [1, rotated dimensions / 2], float32; of short sequences where it depends on the length.
    private readonly torch.Tensor _fixed = Fixed(settings, device);

    /// <summary>Whether frequencies change while a sequence grows.</summary>
    public bool DependsOnLength => _frequencies.DependsOnLength;

    public RotaryAngles For(StepBatch batch, torch.Tensor positions, torch.ScalarType dtype)
    {
        using var scope = torch.NewDisposeScope();
        var inverse = _frequencies.DependsOnLength ? PerRow(batch) : _fixed;
        var angles = positions.to(torch.float32).unsqueeze(1) * inverse;
        return new RotaryAngles(
            angles.cos().Times(_frequencies.AttentionFactor).to(dtype).unsqueeze(1).MoveToOuterDisposeScope(),
            angles.sin().Times(_frequencies.AttentionFactor).to(dtype).unsqueeze(1).MoveToOuterDisposeScope(),
            settings.Interleaved);
    }

    /// <inheritdoc cref="INorm.Lower"/>
    public Lowering<CudaRotation> Lower() => DependsOnLength
        ? Lowering.Refuse<CudaRotation>($"rotary positions: frequencies that depend on the length of the sequence ({settings.Kind})")
        : Lowering.To(new CudaRotation(_fixed, _frequencies.AttentionFactor, settings.Interleaved));

    public void Dispose() => _fixed.Dispose();

    private static torch.Tensor Fixed(RopeSettings settings, torch.Device device)
    {
        using var scope = torch.NewDisposeScope();
        return torch.tensor(new RopeFrequencies(settings).For(0)).to(device).unsqueeze(0).DetachFromDisposeScope();
    }

    private torch.Tensor PerRow(StepBatch batch)
    {
        var rows = new List<float>(batch.Rows * settings.Dimensions / 2);
        foreach (var slice in batch.Slices)
        {
            for (var i = 0; i < slice.Count; i++)
            {
                rows.AddRange(_frequencies.For(slice.RopeLength(i)));
            }
        }

        return torch.tensor(rows.ToArray(), batch.Rows, settings.Dimensions / 2).to(device);
    }
}
