using System.Runtime.InteropServices;
using TorchSharp;

namespace LmDeploy.Engine.StepInput;

/// <summary>
/// Where decoding sequences have their keys and values, in memory that one step after the other writes to: however long they grow, a step
/// allocates nothing for it. Not thread-safe.
/// </summary>
internal sealed class SlotBuffer : IDisposable
{
    private torch.Tensor _slots = torch.empty(0, torch.int64).DetachFromDisposeScope();

    /// <param name="longest">The length of the longest slice; shorter ones are padded.</param>
    /// <returns>[slices * longest], on the device. On a CPU it is the buffer itself, and good until the next call.</returns>
    /// <remarks>It belongs to the dispose scope it is made in.</remarks>
    public torch.Tensor Fill(IReadOnlyList<StepSlice> slices, int longest, torch.Device device)
    {
        var count = slices.Count * longest;
        Grow(count);
        var slots = MemoryMarshal.Cast<byte, long>(_slots.bytes);
        for (var i = 0; i < slices.Count; i++)
        {
            var row = slots.Slice(i * longest, longest);
            var length = slices[i].Length;
            slices[i].Blocks.CopySlots(row[..length]);
            row[length..].Clear();
        }

        return _slots.narrow(0, 0, count).to(device);
    }

    public void Dispose() => _slots.Dispose();

    private void Grow(int count)
    {
        if (_slots.shape[0] < count)
        {
            _slots.Dispose();
            _slots = torch.empty(2L * count, torch.int64).DetachFromDisposeScope();
        }
    }
}
