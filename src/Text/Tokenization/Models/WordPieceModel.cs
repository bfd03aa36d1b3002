using System.Text;

namespace LmDeploy.Text.Tokenization.Models;

/// <summary>
/// BERT's WordPiece: from the left the longest token that the rest of a word begins with; the tokens within a word carry a prefix. A word that does not come
/// to an end so, or is too long, is unknown as a whole. Schuster and Nakajima, "Japanese and Korean Voice Search", 2012.
/// </summary>
/// <param name="prefix">What the tokens within a word begin with, "##" in BERT.</param>
/// <param name="unknownId">Null where the vocabulary has none: then an unknown word is an error.</param>
/// <param name="mostCharacters">The longest word, in code points.</param>
internal sealed class WordPieceModel(Vocabulary vocabulary, string prefix, int? unknownId, int mostCharacters) : IModel
{
    private readonly PrefixTree _beginnings = new(vocabulary.Entries);
    private readonly PrefixTree _continuations = new(vocabulary.Entries
        .Where(token => token.Key.Length > prefix.Length && token.Key.StartsWith(prefix, StringComparison.Ordinal))
        .Select(token => KeyValuePair.Create(token.Key[prefix.Length..], token.Value)));

    public Vocabulary Vocabulary => vocabulary;

    public void Encode(ReadOnlySpan<char> text, List<int> ids)
    {
        var before = ids.Count;
        if (IsTooLong(text) || !TryEncode(text, ids))
        {
            ids.RemoveRange(before, ids.Count - before);
            ids.Add(unknownId ?? throw TokenizerErrors.InvalidText($"\"{text}\" has no tokens and the tokenizer has no unknown token"));
        }
    }

    /// <summary>False where a part of the word has no token; then ids of the parts before it were added.</summary>
    private bool TryEncode(ReadOnlySpan<char> text, List<int> ids)
    {
        for (var start = 0; start < text.Length;)
        {
            if (Longest(start == 0 ? _beginnings : _continuations, text[start..]) is not ({ } id, var length))
            {
                return false;
            }

            ids.Add(id);
            start += length;
        }

        return true;
    }

    private static (int? Id, int Length) Longest(PrefixTree tokens, ReadOnlySpan<char> text)
    {
        (int? Id, int Length) longest = default;
        var node = PrefixTree.Root;
        for (var end = 0; end < text.Length && tokens.TryStep(ref node, text[end], out var id); end++)
        {
            longest = id >= 0 ? (id, end + 1) : longest;
        }

        return longest;
    }

    private bool IsTooLong(ReadOnlySpan<char> text)
    {
        if (text.Length <= mostCharacters)
        {
            return false;
        }

        var characters = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            characters++;
        }

        return characters > mostCharacters;
    }
}
