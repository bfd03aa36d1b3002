using System.Globalization;
using System.Text;

namespace LmDeploy.Text.Tokenization.AddedTokens;

/// <summary>Cuts a text at the added tokens in it. Immutable and safe for concurrent use.</summary>
internal sealed class AddedTokenMatcher(IEnumerable<(string Content, AddedToken Token)> tokens)
{
    private readonly TokenTrie<AddedToken> _trie = new(tokens);

    /// <summary>The parts of the text in order: an added token, or the text between two (Token is null), which is never empty.</summary>
    public List<(string Text, AddedToken? Token)> Split(string text)
    {
        var parts = new List<(string, AddedToken?)>();
        var done = 0;
        var position = 0;
        while (_trie.Find(text, position) is var (start, length, token))
        {
            var stop = start + length;
            position = stop;
            if (token.SingleWord && (EndsWithWord(text.AsSpan(0, start)) || StartsWithWord(text.AsSpan(stop))))
            {
                continue;
            }

            if (token.StripLeft)
            {
                start = Math.Max(text.AsSpan(0, start).TrimEnd().Length, done);
            }

            if (token.StripRight)
            {
                stop = text.Length - text.AsSpan(stop).TrimStart().Length;
            }

            if (done < start)
            {
                parts.Add((text[done..start], null));
            }

            parts.Add((token.Content, token));
            done = stop;
        }

        if (done < text.Length)
        {
            parts.Add((text[done..], null));
        }

        return parts;
    }

    private static bool EndsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out var rune, out _) == System.Buffers.OperationStatus.Done && IsWord(rune);

    private static bool StartsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var rune, out _) == System.Buffers.OperationStatus.Done && IsWord(rune);

    /// <summary>The \w of Unicode technical standard 18.</summary>
    private static bool IsWord(Rune rune) => Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation;
}
