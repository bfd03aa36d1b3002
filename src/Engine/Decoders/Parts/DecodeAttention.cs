using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.StepInput;
using LmDeploy.Engine.Tensors;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>Attention of the slices with one token, as one batch padded to the longest sequence.</summary>
internal sealed class DecodeAttention
{
    private readonly int _sequences;
    private readonly int _longest;
    private readonly torch.Tensor _slots;
    private readonly Dictionary<int, torch.Tensor> _masks;

    /// <param name="windows">The sliding windows that layers have; null among them for none.</param>
    /// <remarks>Its tensors belong to the dispose scope it is made in.</remarks>
    public DecodeAttention(IReadOnlyList<StepSlice> slices, IEnumerable<int?> windows, SlotBuffer slots, torch.Device device)
    {
        _sequences = slices.Count;
        _longest = slices.Max(slice => slice.Length);
        _slots = slots.Fill(slices, _longest, device);
        var lengths = torch.tensor(slices.Select(slice => (long)slice.Length).ToArray()).to(device).unsqueeze(1);
        var positions = TensorArithmetic.Range(0, _longest, device).unsqueeze(0);
        _masks = windows.Distinct().ToDictionary(window => window ?? 0, window => Mask(positions, lengths, window).view(_sequences, 1, 1, _longest));
    }

    /// <param name="queries">[sequences, heads, headDim]</param>
    /// <param name="keys">The layer's cache, this step's keys included: [slots, key-value heads, headDim].</param>
    /// <returns>[sequences, heads * headDim]</returns>
    public torch.Tensor Forward(torch.Tensor queries, torch.Tensor keys, torch.Tensor values, AttentionSpec spec, int? window, torch.Tensor? sinks)
    {
        using var scope = torch.NewDisposeScope();
        var grouped = queries.reshape(_sequences, spec.KeyValueHeads, spec.Heads / spec.KeyValueHeads, spec.HeadDim);
        var headSinks = sinks?.view(1, spec.KeyValueHeads, -1, 1);
        var gatheredKeys = Gather(keys, spec);
        var gatheredValues = spec.ValuesAreKeys ? gatheredKeys : Gather(values, spec);
        return MaskedAttention.Attend(grouped, gatheredKeys, gatheredValues, _masks[window ?? 0], spec, headSinks)
            .reshape(_sequences, spec.QuerySize)
            .MoveToOuterDisposeScope();
    }

    private torch.Tensor Gather(torch.Tensor cache, AttentionSpec spec) =>
        cache.index_select(0, _slots).view(_sequences, _longest, spec.KeyValueHeads, spec.HeadDim).transpose(1, 2);

    private static torch.Tensor Mask(torch.Tensor positions, torch.Tensor lengths, int? window)
    {
        var mask = positions < lengths;
        return window is { } width ? mask.logical_and(positions.Plus(width) >= lengths) : mask;
    }
}
