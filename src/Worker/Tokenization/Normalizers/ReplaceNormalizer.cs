using System.Text;
using LmDeploy.Worker.Tokenization.Patterns;

namespace LmDeploy.Worker.Tokenization.Normalizers;

/// <summary>Replaces each match of a pattern by a fixed content.</summary>
internal sealed class ReplaceNormalizer(IPattern pattern, string content) : INormalizer
{
    public string Normalize(string text)
    {
        if (pattern is LiteralPattern { Literal.Length: > 0 } literal)
        {
            return text.Replace(literal.Literal, content, StringComparison.Ordinal);
        }

        var matches = new List<TextRange>();
        pattern.Find(text, matches);
        if (matches.Count == 0)
        {
            return text;
        }

        var replaced = new StringBuilder(text.Length);
        var end = 0;
        foreach (var match in matches)
        {
            replaced.Append(text, end, match.Start - end).Append(content);
            end = match.End;
        }

        return replaced.Append(text, end, text.Length - end).ToString();
    }
}
