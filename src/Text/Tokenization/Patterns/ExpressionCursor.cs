using System.Globalization;

namespace LmDeploy.Text.Tokenization.Patterns;

/// <summary>Reads an expression from left to right.</summary>
internal sealed class ExpressionCursor(string text)
{
    public int Position { get; private set; }

    public bool AtEnd => Position == text.Length;

    public char Peek() => AtEnd ? '\0' : text[Position];

    public bool StartsWith(string prefix) => text.AsSpan(Position).StartsWith(prefix, StringComparison.Ordinal);

    public char Next() => AtEnd ? throw Invalid("ends too early") : text[Position++];

    public bool TryTake(string prefix)
    {
        if (!StartsWith(prefix))
        {
            return false;
        }

        Position += prefix.Length;
        return true;
    }

    /// <summary>The text up to <paramref name="end"/>, which is taken too.</summary>
    public string TakeUntil(char end)
    {
        var index = text.IndexOf(end, Position);
        if (index < 0)
        {
            throw Invalid($"has no '{end}'");
        }

        var taken = text[Position..index];
        Position = index + 1;
        return taken;
    }

    /// <summary>A run of decimal digits as a number up to 100,000; null where there is none.</summary>
    public int? TakeNumber()
    {
        var start = Position;
        while (!AtEnd && char.IsAsciiDigit(text[Position]))
        {
            Position++;
        }

        if (start == Position)
        {
            return null;
        }

        return int.TryParse(text.AsSpan(start, Position - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 100_000
            ? number
            : throw Invalid("has a repeat count over 100000");
    }

    /// <summary>The next code point, which may be two characters.</summary>
    public int NextCodePoint()
    {
        var first = Next();
        return char.IsHighSurrogate(first) && char.IsLowSurrogate(Peek()) ? char.ConvertToUtf32(first, Next())
            : char.IsSurrogate(first) ? throw Invalid("has half of a surrogate pair") : first;
    }

    /// <summary>A code point given by up to <paramref name="maxDigits"/> hexadecimal digits.</summary>
    public int TakeHex(int maxDigits)
    {
        var start = Position;
        while (Position < text.Length && Position - start < maxDigits && char.IsAsciiHexDigit(text[Position]))
        {
            Position++;
        }

        return Character(text.AsSpan(start, Position - start));
    }

    public int Character(ReadOnlySpan<char> hex)
    {
        if (!int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            throw Invalid("has a malformed hexadecimal character");
        }

        return System.Text.Rune.IsValid(value) ? value : throw Invalid($"names U+{value:X}, which is no character");
    }

    public void Rewind(int position) => Position = position;

    public FormatException Invalid(string problem) => new($"the expression {problem}, at position {Position} of \"{text}\"");
}
