namespace LmDeploy.Engine.Cache;

/// <summary>The blocks of one sequence, in the order of its tokens. Not thread-safe.</summary>
/// <param name="blockSize">Tokens of a block.</param>
/// <param name="root">Stands for what is before the first token: sequences with different ones share no blocks.</param>
internal sealed class BlockTable(int blockSize, long root = 0)
{
    /// <summary>The block in the place of one that was given back: padding, which masks keep from being seen.</summary>
    public const int Padding = 0;

    private readonly List<int> _blocks = [];
    private readonly long _root = root;

    public int Count => _blocks.Count;

    /// <summary>How many tokens there is room for.</summary>
    public int Capacity => _blocks.Count * blockSize;

    /// <summary>How many of the first blocks the prefix cache has a name for.</summary>
    public int Named { get; set; }

    /// <summary>The name of the last of them: what comes next is known by it.</summary>
    public long LastName { get; set; } = root;

    /// <summary>Blocks before this one were given back.</summary>
    public int FirstHeld { get; private set; }

    /// <summary>How many blocks were not given back.</summary>
    public int Held => _blocks.Count - FirstHeld;

    public int this[int index] => _blocks[index];

    /// <summary>Makes sure that blocks for so many tokens can be added without allocating.</summary>
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

    /// <summary>Writes the numbers of the blocks; what is left of the span is padding.</summary>
    public void CopyBlocks(Span<int> blocks)
    {
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_blocks).CopyTo(blocks);
        blocks[_blocks.Count..].Clear();
    }

    /// <summary>Gives blocks back whose tokens no later one sees.</summary>
    /// <param name="position">The first position that is still seen.</param>
    public void ReleaseBefore(int position, BlockPool pool)
    {
        for (; (FirstHeld + 1) * blockSize <= position && FirstHeld < _blocks.Count; FirstHeld++)
        {
            pool.Release(_blocks[FirstHeld]);
            _blocks[FirstHeld] = Padding;
        }
    }

    /// <summary>Gives all blocks back, the last one first: of a kept chain its end is to be forgotten before its beginning.</summary>
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
