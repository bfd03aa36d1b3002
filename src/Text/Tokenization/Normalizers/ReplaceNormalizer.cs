using System.Text;
using LmDeploy.Text.Tokenization.Patterns;

namespace LmDeploy.Text.Tokenization.Normalizers;

/// <summary>Replaces each match of a pattern by a fixed content.</summary>
internal sealed class ReplaceNormalizer(IPattern pattern, string content) : INormalizer
{
    public string Normalize(string text, long mostBytes)
    {
        var matches = new List<TextRange>();
        pattern.Find(text, matches);
        if (matches.Count == 0)
        {
            return text;
        }

        // Each match takes something away, but no more than the text has.
        if (matches.Count * (long)content.Length > mostBytes)
        {
            throw NormalizedSize.TooLong(matches.Count * (long)content.Length, mostBytes);
        }

        if (pattern is LiteralPattern { Literal.Length: > 0 } literal)
        {
            return NormalizedSize.Check(text.Replace(literal.Literal, content, StringComparison.Ordinal), mostBytes);
        }

        var replaced = new StringBuilder(text.Length);
        var end = 0;
        foreach (var match in matches)
        {
            replaced.Append(text, end, match.Start - end).Append(content);
            end = match.End;
        }

        return NormalizedSize.Check(replaced.Append(text, end, text.Length - end).ToString(), mostBytes);
    }
}
