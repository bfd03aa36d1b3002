using TorchSharp;

namespace LmDeploy.Engine.Cache;

/// <summary>Keys and values of every layer, one slot for each token; blocks of slots belong to sequences.</summary>
internal sealed class KeyValueCache : IDisposable
{
    private readonly torch.Tensor[] _keys;
    private readonly torch.Tensor[] _values;
    private readonly int _blockSize;

    public KeyValueCache(CacheGeometry geometry, torch.ScalarType dtype, torch.Device device)
    {
        _blockSize = geometry.BlockSize;
        _keys = Allocate(geometry, dtype, device);
        _values = geometry.ValuesAreKeys ? _keys : Allocate(geometry, dtype, device);
    }

    /// <returns>[slots, key-value heads, head size]</returns>
    public torch.Tensor Keys(int layer) => _keys[layer];

    /// <inheritdoc cref="Keys"/>
    public torch.Tensor Values(int layer) => _values[layer];

    /// <summary>Copies the first slots of a block to another one, in all layers.</summary>
    public void CopyBlock(int from, int to, int slots)
    {
        using var scope = torch.NewDisposeScope();
        foreach (var tensor in Tensors)
        {
            tensor.narrow(0, (long)to * _blockSize, slots).copy_(tensor.narrow(0, (long)from * _blockSize, slots));
        }
    }

    public void Dispose()
    {
        foreach (var tensor in Tensors)
        {
            tensor.Dispose();
        }
    }

    private IEnumerable<torch.Tensor> Tensors => _values == _keys ? _keys : _keys.Concat(_values);

    // Left uninitialised on purpose: on a CPU a page that no token was written to takes no memory. A slot is written before it is
    // first read as a real key; padding is masked, but must be finite, so block 0 is cleared and serves as padding.
    private static torch.Tensor[] Allocate(CacheGeometry geometry, torch.ScalarType dtype, torch.Device device)
    {
        var tensors = new torch.Tensor[geometry.Layers];
        for (var i = 0; i < tensors.Length; i++)
        {
            tensors[i] = torch.empty([geometry.Slots, geometry.KeyValueHeads, geometry.HeadDim], dtype: dtype, device: device).DetachFromDisposeScope();
            using var padding = tensors[i].narrow(0, 0, geometry.BlockSize);
            using var cleared = padding.zero_(); // Another tensor of the same memory.
        }

        return tensors;
    }
}
