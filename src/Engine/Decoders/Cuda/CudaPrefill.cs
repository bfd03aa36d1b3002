using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.Engine.StepInput;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>
/// Prefill attention of one slice on devices without a kernel for it. Uses libtorch's flash attention (https://arxiv.org/abs/2307.08691) where that
/// supports the shape, else libtorch's operators.
/// </summary>
internal sealed class CudaPrefill
{
    private readonly StepSlice _slice;
    private readonly AttentionSpec _spec;
    private readonly PrefillAttention? _operators;
    private readonly torch.Tensor? _slots;

    /// <remarks>Its tensors belong to the dispose scope it is made in.</remarks>
    public CudaPrefill(StepSlice slice, AttentionSpec spec, torch.ScalarType dtype, torch.Device device)
    {
        (_slice, _spec) = (slice, spec);
        if (dtype == torch.float32 || spec.NeedsScores || !TorchShim.HasFlashAttention)
        {
            _operators = new PrefillAttention(slice, device);
        }
        else if (slice.FirstPosition > 0)
        {
            _slots = torch.tensor(Enumerable.Range(0, slice.Length).Select(slice.Blocks.Slot).ToArray()).to(device);
        }
    }

    public int Count => _slice.Count;

    /// <param name="qkv">[tokens, heads + 2 * key-value heads, head size]; queries are scaled and rotated already.</param>
    /// <param name="keys">The layer's cache, this step's keys included.</param>
    /// <returns>[tokens, heads * head size]</returns>
    public torch.Tensor Attend(torch.Tensor qkv, torch.Tensor keys, torch.Tensor values, CudaAttention attention)
    {
        var ownQueries = qkv.narrow(1, 0, _spec.Heads);
        var ownKeys = qkv.narrow(1, _spec.Heads, _spec.KeyValueHeads);
        var ownValues = qkv.narrow(1, _spec.Heads + _spec.KeyValueHeads, _spec.KeyValueHeads);
        if (_operators is not null)
        {
            return _operators.Forward(ownQueries, ownKeys, ownValues, keys, values, _spec, attention.Window, attention.Arguments.Sinks);
        }

        var (allKeys, allValues) = _slots is null ? (ownKeys, ownValues) : (keys.index_select(0, _slots), values.index_select(0, _slots));
        using var attended = TorchShim.FlashAttention(ownQueries.unsqueeze(0), allKeys.unsqueeze(0), allValues.unsqueeze(0), attention.Window);
        return attended.view(Count, _spec.QuerySize);
    }
}
