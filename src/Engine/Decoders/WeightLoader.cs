using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Decoders.Sources;
using LmDeploy.Engine.Tensors;
using LmDeploy.Models.Specs;
using LmDeploy.Models.Weights;
using TorchSharp;

namespace LmDeploy.Engine.Decoders;

/// <summary>
/// Makes tensors in their final place, has them filled and brings them into the order that the parts compute with. They are complete when the source says so.
/// </summary>
/// <remarks>The tensors it returns belong to the caller and to no dispose scope.</remarks>
/// <param name="source">Not owned.</param>
internal sealed class WeightLoader(IWeightSource source, torch.ScalarType dtype)
{
    /// <summary>How many bytes the loaded tensors take where they are now.</summary>
    public long LoadedBytes { get; private set; }

    public torch.Device Device => source.Device;

    /// <summary>Brings loaded tensors into another order.</summary>
    public WeightLayout Layout { get; } = new(source);

    public Linear Linear(LinearWeights linear, AttentionSpec? attention = null) =>
        new(Load(linear.Matrix, attention), linear.Bias is { } bias ? Load(bias, attention) : null);

    public torch.Tensor? LoadIfAny(WeightTensor? tensor) => tensor is null ? null : Load(tensor);

    /// <param name="attention">Of rows that are ordered by its heads.</param>
    /// <exception cref="LmDeploy.Text.Errors.EngineException">What there is cannot fill it.</exception>
    public torch.Tensor Load(WeightTensor tensor, AttentionSpec? attention = null)
    {
        var rows = Fill(tensor);
        var plus = tensor.AddsOne ? Layout.Plus(rows, 1) : rows;
        return tensor.Order switch
        {
            RowOrder.ByKeyValueHead => Layout.Ungrouped(plus, attention ?? throw new ArgumentNullException(nameof(attention))),
            RowOrder.GateUpInTurns => Layout.Deinterleaved(plus),
            _ => plus,
        };
    }

    /// <summary>As [..., outputs, inputs] also where the checkpoint has it the other way round.</summary>
    private torch.Tensor Fill(WeightTensor tensor)
    {
        var first = tensor.Parts[0];
        if (tensor.InputsFirst && !source.IsOutputsFirst(first.Name))
        {
            return WeightLayout.Transposed(Fill(tensor, tensor.StoredShape(first, isOutputsFirst: false)));
        }

        return Fill(tensor, tensor.Shape);
    }

    private torch.Tensor Fill(WeightTensor tensor, long[] shape)
    {
        var target = torch.empty(shape, dtype: tensor.IsWide ? torch.float32 : dtype, device: source.Device);
        try
        {
            if (tensor.Parts is [var whole])
            {
                source.Fill(target, whole.Name);
            }
            else
            {
                FillRows(target, tensor.Parts);
            }

            LoadedBytes += target.numel() * target.ElementSize;
            return target.DetachFromDisposeScope();
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    private void FillRows(torch.Tensor target, IReadOnlyList<WeightPart> parts)
    {
        using var rows = target.view([-1, .. parts[0].Shape[1..]]);
        var first = 0L;
        foreach (var part in parts)
        {
            using var those = rows.narrow(0, first, part.Shape[0]);
            source.Fill(those, part.Name);
            first += part.Shape[0];
        }
    }
}
