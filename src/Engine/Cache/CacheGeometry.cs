namespace LmDeploy.Engine.Cache;

/// <summary>The shape of a key-value cache.</summary>
/// <param name="BlockSize">Tokens in one block.</param>
/// <param name="Blocks">Blocks in all, block 0 included, which is padding and never handed out.</param>
/// <param name="ValuesAreKeys">Whether one tensor a layer serves as both.</param>
internal sealed record CacheGeometry(int Layers, int KeyValueHeads, int HeadDim, int BlockSize, int Blocks, bool ValuesAreKeys = false)
{
    public long Slots => (long)Blocks * BlockSize;

    /// <summary>Bytes of one block over all layers, keys and values.</summary>
    public static long BlockBytes(int layers, int keyValueHeads, int headDim, int blockSize, int elementSize, bool valuesAreKeys = false) =>
        (valuesAreKeys ? 1L : 2L) * layers * keyValueHeads * headDim * blockSize * elementSize;
}
