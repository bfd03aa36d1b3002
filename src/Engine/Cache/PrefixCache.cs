namespace LmDeploy.Engine.Cache;

/// <summary>
/// The prefix cache: finds cached blocks that match the beginning of a sequence. Tokens are compared and not only hashed, so a hash collision cannot
/// mix two prompts. Not thread-safe: the engine's thread owns it.
/// </summary>
internal sealed class PrefixCache
{
    private readonly BlockPool _pool;
    private readonly int _blockSize;
    private readonly Dictionary<BlockContent, (int Block, long Name)> _byContent = [];
    private readonly Dictionary<int, BlockContent> _byBlock = [];
    private long _lastName;

    /// <param name="isEnabled">Whether blocks are reused at all.</param>
    public PrefixCache(BlockPool pool, int blockSize, bool isEnabled)
    {
        _pool = pool;
        _blockSize = blockSize;
        IsEnabled = isEnabled;
        pool.Evicted = Forget;
    }

    /// <summary>Whether blocks are reused at all.</summary>
    public bool IsEnabled { get; }

    /// <summary>How many blocks are known: no more than the pool has.</summary>
    public int Count => _byContent.Count;

    /// <summary>Adds the blocks of the longest cached prefix to a table, which is empty or has only blocks of an earlier call.</summary>
    /// <param name="mostTokens">How many tokens may come from the cache.</param>
    /// <returns>How many tokens come from the cache, earlier calls included.</returns>
    public int Reuse(BlockTable table, IReadOnlyList<int> tokens, int mostTokens)
    {
        while (IsEnabled && table.Capacity + _blockSize <= mostTokens && _byContent.TryGetValue(Content(table, tokens, table.Capacity), out var known))
        {
            _pool.Share(known.Block);
            table.Add(known.Block);
            table.LastName = known.Name;
            table.Named++;
        }

        return table.Capacity;
    }

    /// <summary>Registers the full blocks of a sequence.</summary>
    /// <param name="computed">How many of its tokens have their keys and values in the cache.</param>
    public void Remember(BlockTable table, IReadOnlyList<int> tokens, int computed)
    {
        while (IsEnabled && (table.Named + 1) * _blockSize <= computed)
        {
            var content = Content(table, tokens, table.Named * _blockSize);
            var block = table[table.Named];
            if (!_byContent.TryGetValue(content, out var known))
            {
                known = (block, ++_lastName);
                _byContent.Add(content, known);
                _byBlock.Add(block, content);
                _pool.Keep(block);
            }

            table.LastName = known.Name;
            table.Named++;
        }
    }

    private static BlockContent Slice(long parent, IReadOnlyList<int> tokens, int start, int count)
    {
        var slice = new int[count];
        for (var i = 0; i < count; i++)
        {
            slice[i] = tokens[start + i];
        }

        return new BlockContent(parent, slice);
    }

    private BlockContent Content(BlockTable table, IReadOnlyList<int> tokens, int start) => Slice(table.LastName, tokens, start, _blockSize);

    private void Forget(int block)
    {
        if (_byBlock.Remove(block, out var content))
        {
            _byContent.Remove(content);
        }
    }
}
