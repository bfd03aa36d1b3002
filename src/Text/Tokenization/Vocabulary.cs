using System.Diagnostics.CodeAnalysis;

namespace LmDeploy.Text.Tokenization;

/// <summary>Tokens by id and ids by token, one to one. Safe for concurrent reading once filled.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsBySpan;
    private string?[] _tokens;

    public Vocabulary(int capacity)
    {
        _ids = new Dictionary<string, int>(capacity, StringComparer.Ordinal);
        _idsBySpan = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _tokens = new string?[capacity];
    }

    public int Count => _ids.Count;

    /// <summary>The highest id + 1.</summary>
    public int Size { get; private set; }

    public int LongestToken { get; private set; }

    public IEnumerable<KeyValuePair<string, int>> Entries => _ids;

    /// <summary>False, and nothing changes, where the token or the id is taken.</summary>
    public bool TryAdd(string token, int id)
    {
        if (id >= _tokens.Length)
        {
            Array.Resize(ref _tokens, Math.Max(id + 1, _tokens.Length * 2));
        }

        if (_tokens[id] is not null || !_ids.TryAdd(token, id))
        {
            return false;
        }

        _tokens[id] = token;
        Size = Math.Max(Size, id + 1);
        LongestToken = Math.Max(LongestToken, token.Length);
        return true;
    }

    public bool TryGetId(ReadOnlySpan<char> token, out int id) => _idsBySpan.TryGetValue(token, out id);

    public bool TryGetToken(int id, [NotNullWhen(true)] out string? token)
    {
        token = id >= 0 && id < _tokens.Length ? _tokens[id] : null;
        return token is not null;
    }
}
