namespace LmDeploy.Text.Guided;

/// <summary>A set of tokens, one bit each.</summary>
/// <param name="vocabulary">The ids are below this.</param>
internal sealed class TokenMask(int vocabulary)
{
    private const int BitsOfWord = 64;

    private readonly ulong[] _words = new ulong[(vocabulary + BitsOfWord - 1) / BitsOfWord];

    public bool IsEmpty => !_words.AsSpan().ContainsAnyExcept(0UL);

    public bool Contains(int id) => id >= 0 && id < vocabulary && (_words[id / BitsOfWord] >> (id % BitsOfWord) & 1) != 0;

    public void Add(int id) => _words[id / BitsOfWord] |= 1UL << (id % BitsOfWord);

    /// <summary>This set with other tokens in it, or without them.</summary>
    public TokenMask With(IEnumerable<int> ids, bool included)
    {
        var copy = new TokenMask(vocabulary);
        _words.CopyTo(copy._words, 0);
        foreach (var id in ids.Where(id => id >= 0 && id < vocabulary))
        {
            copy._words[id / BitsOfWord] &= ~(1UL << (id % BitsOfWord));
            copy._words[id / BitsOfWord] |= (included ? 1UL : 0) << (id % BitsOfWord);
        }

        return copy;
    }

    /// <summary>Makes all other tokens impossible.</summary>
    public void Apply(Span<float> logits)
    {
        for (var first = 0; first < logits.Length; first += BitsOfWord)
        {
            var word = first / BitsOfWord < _words.Length ? _words[first / BitsOfWord] : 0;
            var part = logits.Slice(first, Math.Min(BitsOfWord, logits.Length - first));
            for (var i = 0; word != ulong.MaxValue && i < part.Length; i++)
            {
                part[i] = (word >> i & 1) != 0 ? part[i] : float.NegativeInfinity;
            }
        }
    }
}
