namespace LmDeploy.Text.Templates.Syntax;

/// <summary>The characters that Python's <c>str.isspace</c> and <c>\s</c> take for white space.</summary>
internal static class Whitespace
{
    public static readonly char[] Characters =
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(c => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f')];

    public static bool Is(char character) => char.IsWhiteSpace(character) || character is >= '\x1c' and <= '\x1f';
}
