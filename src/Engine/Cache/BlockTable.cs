namespace LmDeploy.Engine.Cache;

/// <summary>The blocks of one sequence, in the order of its tokens. Not thread-safe.</summary>
/// <param name="blockSize">Tokens of a block.</param>
/// <param name="root">The root of the prefix chain: sequences with different roots share no blocks.</param>
internal sealed class BlockTable(int blockSize, long root = 0)
{
    /// <summary>The entry of a block that was released: the padding block, which masks hide.</summary>
    public const int Padding = 0;

    private readonly List<int> _blocks = [];
    private readonly long _root = root;

    public int Count => _blocks.Count;

    /// <summary>How many tokens there is room for.</summary>
    public int Capacity => _blocks.Count * blockSize;

    /// <summary>How many of the first blocks are known to the prefix cache.</summary>
    public int Named { get; set; }

    /// <summary>The id of the last known block, the parent of the next one.</summary>
    public long LastName { get; set; } = root;

    /// <summary>Blocks before this one were given back.</summary>
    public int FirstHeld { get; private set; }

    /// <summary>How many blocks were not given back.</summary>
    public int Held => _blocks.Count - FirstHeld;

    public int this[int index] => _blocks[index];

    /// <summary>Reserves capacity for the blocks of a number of tokens, so that adding them does not allocate.</summary>
    public void Reserve(int tokens) => _blocks.EnsureCapacity((tokens + blockSize - 1) / blockSize);

    public void Add(int block) => _blocks.Add(block);

    /// <summary>The cache slot of the token at a position.</summary>
    public long Slot(int position) => ((long)_blocks[position / blockSize] * blockSize) + (position % blockSize);

    /// <summary>Writes the cache slots of the first tokens.</summary>
    public void CopySlots(Span<long> slots)
    {
        for (var position = 0; position < slots.Length;)
        {
            var slot = (long)_blocks[position / blockSize] * blockSize;
            for (var end = Math.Min(slots.Length, position + blockSize); position < end; position++)
            {
                slots[position] = slot++;
            }
        }
    }

    /// <summary>Writes the numbers of the blocks and fills the rest of the span with padding.</summary>
    public void CopyBlocks(Span<int> blocks)
    {
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_blocks).CopyTo(blocks);
        blocks[_blocks.Count..].Clear();
    }

    /// <summary>Releases the blocks that lie outside of every sliding window.</summary>
    /// <param name="position">The first position that is still seen.</param>
    public void ReleaseBefore(int position, BlockPool pool)
    {
        for (; (FirstHeld + 1) * blockSize <= position && FirstHeld < _blocks.Count; FirstHeld++)
        {
            pool.Release(_blocks[FirstHeld]);
            _blocks[FirstHeld] = Padding;
        }
    }

    /// <summary>Releases all blocks, the last one first, so that eviction takes the end of a kept chain before its beginning.</summary>
    public void ReleaseAll(BlockPool pool)
    {
        for (var index = _blocks.Count - 1; index >= FirstHeld; index--)
        {
            pool.Release(_blocks[index]);
        }

        _blocks.Clear();
        (Named, LastName, FirstHeld) = (0, _root, 0);
    }
}
