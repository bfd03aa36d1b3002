using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace LmDeploy.Text.Templates.Values;

/// <summary>Python's <c>str</c>: indexed and counted by code points.</summary>
/// <param name="text">The text in UTF-16; a lone surrogate counts as a code point.</param>
/// <param name="isSafe">Whether the text is markupsafe's <c>Markup</c>: what is joined to it gets escaped.</param>
internal sealed class StringValue(string text, bool isSafe = false) : Value
{
    public static readonly StringValue Empty = new("");

    private int[]? _offsets;
    private int _length = -1;

    public string Text { get; } = text;

    public bool IsSafe { get; } = isSafe;

    public override string TypeName => IsSafe ? "Markup" : "str";

    public override string ObjectName => IsSafe ? "markupsafe.Markup object" : "str object";

    public override bool IsTrue => Text.Length > 0;

    public override int? Length => Count;

    /// <summary>The number of code points.</summary>
    public int Count => _length >= 0 ? _length : _length = CountCodePoints();

    private bool IsPlain => Count == Text.Length;

    public override void WriteText(TextBuffer text) => text.Append(Text);

    public override void WriteRepresentation(TextBuffer text)
    {
        if (IsSafe)
        {
            text.Append("Markup(");
        }

        WriteQuoted(Text, text);
        if (IsSafe)
        {
            text.Append(')');
        }
    }

    public override IEnumerable<Value> Iterate()
    {
        for (var i = 0; i < Text.Length;)
        {
            var size = SizeAt(i);
            yield return new StringValue(Text.Substring(i, size));
            i += size;
        }
    }

    public override bool TryGetItem(Value key, [NotNullWhen(true)] out Value? item)
    {
        item = Subscript.TryIndex(key, Count, out var index) ? new StringValue(Slice(index, index + 1), IsSafe) : null;
        return item is not null;
    }

    /// <summary>The code points from <paramref name="start"/> up to <paramref name="end"/>, both within the text.</summary>
    public string Slice(int start, int end) => start >= end ? "" : Text[ToOffset(start)..ToOffset(end)];

    /// <summary>Where a code point starts in <see cref="Text"/>.</summary>
    public int ToOffset(int codePoint) => IsPlain ? codePoint : codePoint == Count ? Text.Length : Offsets()[codePoint];

    /// <summary>The code point that starts at an offset of <see cref="Text"/>.</summary>
    public int ToCodePoint(int offset)
    {
        if (offset < 0 || IsPlain)
        {
            return offset;
        }

        var found = Array.BinarySearch(Offsets(), offset);
        return found >= 0 ? found : ~found;
    }

    /// <summary>Writes a text in quotes as Python does: single ones unless only they occur in it; what cannot be printed as escapes.</summary>
    public static void WriteQuoted(string value, TextBuffer text)
    {
        var quote = value.Contains('\'') && !value.Contains('"') ? '"' : '\'';
        text.Append(quote);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c == quote || c == '\\')
            {
                text.Append('\\');
                text.Append(c);
            }
            else if (c is >= ' ' and < '\x7f')
            {
                text.Append(c);
            }
            else if (Rune.TryGetRuneAt(value, i, out var rune))
            {
                WriteRune(rune, text);
                i += rune.Utf16SequenceLength - 1;
            }
            else
            {
                text.Append($"\\u{(int)c:x4}");
            }
        }

        text.Append(quote);
    }

    private static void WriteRune(Rune rune, TextBuffer text) => text.Append(rune.Value switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ when IsPrintable(rune) => rune.ToString(),
        < 0x100 => $"\\x{rune.Value:x2}",
        < 0x10000 => $"\\u{rune.Value:x4}",
        _ => $"\\U{rune.Value:x8}",
    });

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    private int SizeAt(int offset) =>
        char.IsHighSurrogate(Text[offset]) && offset + 1 < Text.Length && char.IsLowSurrogate(Text[offset + 1]) ? 2 : 1;

    private int CountCodePoints()
    {
        var count = Text.Length;
        for (var i = Text.AsSpan().IndexOfAnyInRange('\ud800', '\udbff'); i >= 0 && i + 1 < Text.Length; i++)
        {
            if (SizeAt(i) == 2)
            {
                count--;
                i++;
            }
        }

        return count;
    }

    private int[] Offsets()
    {
        if (_offsets is null)
        {
            var offsets = new int[Count];
            for (int i = 0, codePoint = 0; i < Text.Length; i += SizeAt(i))
            {
                offsets[codePoint++] = i;
            }

            _offsets = offsets;
        }

        return _offsets;
    }
}
