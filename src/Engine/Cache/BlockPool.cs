namespace LmDeploy.Engine.Cache;

/// <summary>
/// Allocates blocks of the key-value cache and counts references to them. A block without references is free, or is kept for the prefix cache until
/// it is evicted. Not thread-safe: the engine's thread owns it.
/// </summary>
/// <remarks>
/// The lowest free block goes first, so that a lightly used cache touches little memory. Eviction takes the kept block that was least recently used.
/// </remarks>
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

    /// <summary>Blocks with a reference.</summary>
    public int Used => Total - Free;

    /// <summary>Called with a kept block that is evicted.</summary>
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

    /// <summary>Adds a reference to a block that is in use or kept.</summary>
    public void Share(int block)
    {
        if (_users[block]++ == 0)
        {
            Unkeep(block);
        }
    }

    /// <summary>Marks a block to be kept for the prefix cache once it has no references.</summary>
    public void Keep(int block) => _isWorthKeeping[block] = true;

    /// <summary>Releases one reference to a block.</summary>
    /// <exception cref="InvalidOperationException">The block has no reference.</exception>
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
