using System.Globalization;
using System.Text;

namespace LmDeploy.Text.Tokenization.Normalizers;

/// <summary>
/// A table of replacements that SentencePiece has compiled: a trie of the texts that are replaced, and the texts that take their place, each ended by 0.
/// </summary>
/// <remarks>
/// As Hugging Face's tokenizers use it: a grapheme cluster of up to five bytes is looked up as a whole, else each of its characters; the shortest entry that a
/// text begins with counts for all of it.
/// </remarks>
internal sealed class PrecompiledNormalizer(DoubleArrayTrie trie, byte[] replacements) : INormalizer
{
    private const int LongestCluster = 5;

    public string Normalize(string text, long mostBytes)
    {
        var normalized = new StringBuilder(text.Length);
        Span<byte> bytes = stackalloc byte[LongestCluster];
        var clusters = StringInfo.GetTextElementEnumerator(text);
        while (clusters.MoveNext())
        {
            var cluster = clusters.GetTextElement();
            if (Encoding.UTF8.TryGetBytes(cluster, bytes, out var length) && Replacement(bytes[..length]) is { } whole)
            {
                normalized.Append(whole);
            }
            else
            {
                foreach (var rune in cluster.EnumerateRunes())
                {
                    length = rune.EncodeToUtf8(bytes);
                    normalized.Append(Replacement(bytes[..length]) ?? rune.ToString());
                }
            }
        }

        return NormalizedSize.Check(normalized.ToString(), mostBytes);
    }

    /// <summary>Null where nothing takes the text's place.</summary>
    private string? Replacement(ReadOnlySpan<byte> text)
    {
        if (trie.ShortestPrefix(text) is not { } start || start >= replacements.Length)
        {
            return null;
        }

        var rest = replacements.AsSpan(start);
        return Encoding.UTF8.GetString(rest.IndexOf((byte)0) is var end and >= 0 ? rest[..end] : rest);
    }
}
