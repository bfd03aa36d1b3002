namespace LmDeploy.Text.Guided;

/// <summary>The bytes of tokens, in an order in which those that begin alike are neighbours: a trie, laid out flat. Immutable.</summary>
internal sealed class SortedTokens
{
    private readonly int[] _ids;
    private readonly byte[][] _bytes;

    // How many bytes each has in common with the one before it.
    private readonly int[] _shared;

    public SortedTokens(IEnumerable<int> ids, IReadOnlyList<byte[]> bytes)
    {
        _ids = [.. ids];
        Array.Sort(_ids, (one, two) => bytes[one].AsSpan().SequenceCompareTo(bytes[two]));
        _bytes = Array.ConvertAll(_ids, id => bytes[id]);
        _shared = new int[_ids.Length];
        for (var i = 1; i < _ids.Length; i++)
        {
            _shared[i] = _bytes[i - 1].AsSpan().CommonPrefixLength(_bytes[i]);
        }
    }

    public int Count => _ids.Length;

    public (int Id, byte[] Bytes, int Shared) this[int place] => (_ids[place], _bytes[place], _shared[place]);
}
