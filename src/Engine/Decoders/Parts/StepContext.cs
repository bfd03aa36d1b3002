using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.StepInput;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>What every layer of one forward pass shares. Its tensors belong to the dispose scope it is made in.</summary>
internal sealed class StepContext
{
    public StepContext(StepBatch batch, KeyValueCache cache, IEnumerable<int?> windows, SlotBuffer slots, torch.Device device)
    {
        Batch = batch;
        Cache = cache;
        TokenIds = torch.tensor(batch.TokenIds()).to(device);
        Positions = torch.tensor(batch.Positions()).to(device);
        Slots = torch.tensor(batch.Slots()).to(device);
        Decode = batch.SingleTokenSlices > 0 ? new DecodeAttention([.. batch.Slices.Take(batch.SingleTokenSlices)], windows, slots, device) : null;
        Prefills = [.. batch.Slices.Skip(batch.SingleTokenSlices).Select(slice => (slice, new PrefillAttention(slice, device)))];
    }

    public StepBatch Batch { get; }

    public KeyValueCache Cache { get; }

    public torch.Tensor TokenIds { get; }

    public torch.Tensor Positions { get; }

    /// <summary>Where each row's key and value go in the cache.</summary>
    public torch.Tensor Slots { get; }

    public DecodeAttention? Decode { get; }

    public IReadOnlyList<(StepSlice Slice, PrefillAttention Attention)> Prefills { get; }
}
