namespace LmDeploy.Worker.Cache;

/// <summary>Hands out blocks of the key-value cache. Not thread-safe: the engine's thread owns it.</summary>
/// <remarks>Lowest free block first, so that a lightly used cache touches little memory.</remarks>
internal sealed class BlockAllocator
{
    private readonly PriorityQueue<int, int> _free = new();
    private readonly bool[] _taken;

    /// <param name="blocks">Blocks in all; block 0 is padding and never handed out.</param>
    public BlockAllocator(int blocks)
    {
        Total = blocks - 1;
        _taken = new bool[blocks];
        for (var block = 1; block < blocks; block++)
        {
            _free.Enqueue(block, block);
        }
    }

    public int Total { get; }

    public int Free => _free.Count;

    public int Used => Total - Free;

    /// <returns>Null when there are not that many.</returns>
    public int[]? TryAllocate(int count)
    {
        if (count > Free)
        {
            return null;
        }

        var blocks = new int[count];
        for (var i = 0; i < count; i++)
        {
            blocks[i] = _free.Dequeue();
            _taken[blocks[i]] = true;
        }

        return blocks;
    }

    /// <exception cref="InvalidOperationException">A block is given back that was not taken.</exception>
    public void Release(IEnumerable<int> blocks)
    {
        foreach (var block in blocks)
        {
            if (!_taken[block])
            {
                throw new InvalidOperationException($"Block {block} is not in use.");
            }

            _taken[block] = false;
            _free.Enqueue(block, block);
        }
    }
}
