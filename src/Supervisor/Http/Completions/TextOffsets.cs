using System.Text;

namespace LmDeploy.Supervisor.Http.Completions;

/// <summary>Finds where tokens begin in a text.</summary>
internal static class TextOffsets
{
    /// <summary>
    /// The text offsets of consecutive tokens, in Unicode code points. A token without text (for example BOS) has no length. A token that lost its
    /// first space has the length of the rest. A token inside a character starts where the character starts. Tokens at the end may be ahead of the
    /// text.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="tokens">The bytes of UTF-8 of each token.</param>
    public static IEnumerable<int> Of(string text, IReadOnlyList<byte[]> tokens)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var (position, characters) = (0, 0);
        foreach (var token in tokens)
        {
            // A character counts from its first byte on.
            yield return token.Length > 0 && IsContinuation(token[0]) ? characters - 1 : characters;
            var part = PartIn(bytes.AsSpan(Math.Min(position, bytes.Length)), token);
            characters += CharactersOf(part);
            position += part.Length;
        }
    }

    /// <summary>What the text has of a token.</summary>
    private static ReadOnlySpan<byte> PartIn(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> token) =>
        rest.StartsWith(token) || token.StartsWith(rest) ? token
        : token is [(byte)' ', .. var unspaced] && rest.StartsWith(unspaced) ? unspaced
        : [];

    private static int CharactersOf(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        foreach (var value in bytes)
        {
            count += IsContinuation(value) ? 0 : 1;
        }

        return count;
    }

    private static bool IsContinuation(byte value) => (value & 0xC0) == 0x80;
}
