namespace LmDeploy.Engine.Cache;

/// <summary>
/// Hands out blocks of the key-value cache and counts who uses them. A block that nobody uses any more is free, or is kept for what is in it
/// until its room is needed. Not thread-safe: the engine's thread owns it.
/// </summary>
/// <remarks>Lowest free block first, so that a lightly used cache touches little memory; of kept ones the one that was longest of no use.</remarks>
internal sealed class BlockPool
{
    private readonly PriorityQueue<int, int> _free = new();
    private readonly LinkedList<int> _kept = new();
    private readonly LinkedListNode<int>?[] _keptNodes;
    private readonly int[] _users;
    private readonly bool[] _isWorthKeeping;

    /// <param name="blocks">Blocks in all; block 0 is padding and never handed out.</param>
    public BlockPool(int blocks)
    {
        Total = blocks - 1;
        _users = new int[blocks];
        _keptNodes = new LinkedListNode<int>?[blocks];
        _isWorthKeeping = new bool[blocks];
        for (var block = 1; block < blocks; block++)
        {
            _free.Enqueue(block, block);
        }
    }

    public int Total { get; }

    /// <summary>Blocks that can be taken.</summary>
    public int Free => _free.Count + _kept.Count;

    /// <summary>Blocks that somebody uses.</summary>
    public int Used => Total - Free;

    /// <summary>Called with a kept block whose room is needed: what was in it is gone.</summary>
    public Action<int> Evicted { get; set; } = _ => { };

    /// <summary>Takes a block for the caller alone.</summary>
    /// <returns>Null when every block is used.</returns>
    public int? TryTake()
    {
        if (!_free.TryDequeue(out var block, out _))
        {
            if (_kept.First is not { } oldest)
            {
                return null;
            }

            block = oldest.Value;
            Unkeep(block);
            _isWorthKeeping[block] = false;
            Evicted(block);
        }

        _users[block] = 1;
        return block;
    }

    /// <summary>Uses a block that others use too, or that was kept.</summary>
    public void Share(int block)
    {
        if (_users[block]++ == 0)
        {
            Unkeep(block);
        }
    }

    /// <summary>Says that what is in a block may be of use to others later.</summary>
    public void Keep(int block) => _isWorthKeeping[block] = true;

    /// <summary>Ends the use of a block by one of those who use it.</summary>
    /// <exception cref="InvalidOperationException">Nobody uses it.</exception>
    public void Release(int block)
    {
        if (_users[block] == 0)
        {
            throw new InvalidOperationException($"Block {block} is not in use.");
        }

        if (--_users[block] > 0)
        {
            return;
        }

        if (_isWorthKeeping[block])
        {
            _keptNodes[block] = _kept.AddLast(block);
        }
        else
        {
            _free.Enqueue(block, block);
        }
    }

    private void Unkeep(int block)
    {
        _kept.Remove(_keptNodes[block] ?? throw new InvalidOperationException($"Block {block} is free."));
        _keptNodes[block] = null;
    }
}
