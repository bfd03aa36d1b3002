using LmDeploy.Text.Guided.Networks;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Text.Guided;

/// <summary>The bytes of all tokens. Immutable.</summary>
internal sealed class GuideVocabulary
{
    private readonly byte[][] _bytes;

    // The tokens of at most so many plain characters.
    private readonly TokenMask[] _plain;

    /// <param name="bytes">The bytes of each id; none for an id that is never to be chosen.</param>
    public GuideVocabulary(IReadOnlyList<byte[]> bytes)
    {
        _bytes = [.. bytes];
        int[] ids = [.. Enumerable.Range(0, _bytes.Length).Where(id => _bytes[id].Length > 0)];
        var characters = ids.ToDictionary(id => id, id => PlainCharacter.Count(_bytes[id]));
        All = new SortedTokens(ids, _bytes);
        Others = new SortedTokens(ids.Where(id => characters[id] is null), _bytes);
        Longest = ids.Length > 0 ? ids.Max(id => _bytes[id].Length) : 0;
        _plain = [.. Masks(ids.Where(id => characters[id] is not null).ToLookup(id => characters[id]!.Value))];
    }

    /// <summary>All tokens that may be chosen.</summary>
    public SortedTokens All { get; }

    /// <summary>Those that are not only characters which stand for themselves in a JSON string.</summary>
    public SortedTokens Others { get; }

    /// <summary>The most bytes that a token has.</summary>
    public int Longest { get; }

    /// <summary>The memory that a set of tokens takes.</summary>
    public int BytesOfMask => _bytes.Length / 8;

    /// <summary>The tokens as the first of a text and as the others, which is often the same.</summary>
    public static (GuideVocabulary First, GuideVocabulary Others) Of(ModelTokenizer tokenizer, int vocabularySize)
    {
        var ids = Enumerable.Range(0, Math.Min(vocabularySize, tokenizer.VocabularySize));
        byte[][] first = [.. ids.Select(id => tokenizer.BytesOf(id, isFirst: true))];
        byte[][] others = [.. ids.Select(id => tokenizer.BytesOf(id, isFirst: false))];
        var vocabulary = new GuideVocabulary(others);
        return (ids.All(id => first[id].AsSpan().SequenceEqual(others[id])) ? vocabulary : new GuideVocabulary(first), vocabulary);
    }

    /// <summary>None for an id that is never to be chosen.</summary>
    public ReadOnlySpan<byte> BytesOf(int id) => id >= 0 && id < _bytes.Length ? _bytes[id] : [];

    /// <summary>A new set of the tokens that are nothing but at most so many plain characters.</summary>
    public TokenMask Plain(int most) => _plain[Math.Min(most, _plain.Length - 1)].With([], included: true);

    private IEnumerable<TokenMask> Masks(ILookup<int, int> plain)
    {
        var mask = new TokenMask(_bytes.Length);
        var longest = plain.Select(tokens => tokens.Key).DefaultIfEmpty().Max();
        for (var characters = 0; characters <= longest; characters++)
        {
            mask = plain.Contains(characters) ? mask.With(plain[characters], included: true) : mask;
            yield return mask;
        }
    }
}
