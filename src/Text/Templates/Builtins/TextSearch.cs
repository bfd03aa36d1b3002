using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>Python's string methods that look for a text in another. Positions are code points.</summary>
internal static class TextSearch
{
    /// <summary><c>find</c> and <c>rfind</c>: the position, or -1.</summary>
    public static int Find(string name, Value self, CallArguments arguments, RenderContext context, bool fromEnd)
    {
        var text = (StringValue)self;
        var bound = arguments.Bind(name, 1, "sub", "start", "end");
        var part = RenderContext.Characters(bound[0]!);
        if (!TryWindow(text, bound[1], bound[2], out var start, out var end))
        {
            return -1;
        }

        context.Budget.Search(end - start, part.Length);
        var window = text.Text.AsSpan(start, end - start);
        var offset = fromEnd ? window.LastIndexOf(part) : window.IndexOf(part);
        return offset < 0 ? -1 : text.ToCodePoint(offset + start);
    }

    /// <summary><c>index</c> and <c>rindex</c>.</summary>
    public static IntegerValue Index(string name, Value self, CallArguments arguments, RenderContext context, bool fromEnd)
    {
        var position = Find(name, self, arguments, context, fromEnd);
        return position >= 0 ? IntegerValue.Of(position) : throw TemplateFault.Value("substring not found");
    }

    public static IntegerValue Count(Value self, CallArguments arguments, RenderContext context)
    {
        var text = (StringValue)self;
        var bound = arguments.Bind("count", 1, "sub", "start", "end");
        var part = RenderContext.Characters(bound[0]!);
        if (!TryWindow(text, bound[1], bound[2], out var start, out var end))
        {
            return IntegerValue.Zero;
        }

        context.Budget.Search(end - start, part.Length);
        return IntegerValue.Of(part.Length == 0
            ? text.ToCodePoint(end) - text.ToCodePoint(start) + 1
            : text.Text.AsSpan(start, end - start).Count(part));
    }

    /// <summary><c>startswith</c> and <c>endswith</c>, of a text or any of a tuple of texts.</summary>
    public static BooleanValue HasAffix(string name, Value self, CallArguments arguments, RenderContext context, bool atEnd)
    {
        var text = (StringValue)self;
        var bound = arguments.Bind(name, 1, "prefix", "start", "end");
        if (bound[0] is not (StringValue or TupleValue))
        {
            throw (bound[0] as UndefinedValue)?.Fault()
                ?? TemplateFault.Type($"{name} first arg must be str or a tuple of str, not {bound[0]!.TypeName}");
        }

        if (!TryWindow(text, bound[1], bound[2], out var start, out var end))
        {
            return BooleanValue.False;
        }

        IEnumerable<Value> affixes = bound[0] is TupleValue several ? several.Iterate() : [bound[0]!];
        foreach (var affix in affixes)
        {
            var characters = RenderContext.Characters(affix);
            context.Budget.Search(characters.Length);
            var window = text.Text.AsSpan(start, end - start);
            if (atEnd ? window.EndsWith(characters, StringComparison.Ordinal) : window.StartsWith(characters, StringComparison.Ordinal))
            {
                return BooleanValue.True;
            }
        }

        return BooleanValue.False;
    }

    public static Value Replace(Value self, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("replace", 2, "old", "new", "count");
        var count = bound[2] is null ? -1 : RenderContext.Index(bound[2]!);
        var text = Replace(((StringValue)self).Text, RenderContext.Characters(bound[0]!), RenderContext.Characters(bound[1]!), count, context);
        return new StringValue(text, ((StringValue)self).IsSafe);
    }

    /// <summary>Replaces the first <paramref name="count"/> occurrences, all when it is negative.</summary>
    public static string Replace(string text, string old, string replacement, int count, RenderContext context)
    {
        context.Budget.Search(text.Length, old.Length);
        var left = count < 0 ? int.MaxValue : count;
        var result = new TextBuffer(context.Budget);
        var start = 0;
        if (old.Length == 0)
        {
            return Interleave(text, replacement, left, result);
        }

        while (left-- > 0 && text.AsSpan(start).IndexOf(old) is var offset and >= 0)
        {
            context.Budget.Step();
            result.Append(text.Substring(start, offset));
            result.Append(replacement);
            start += offset + old.Length;
        }

        if (start == 0)
        {
            return text;
        }

        result.Append(text[start..]);
        return result.ToString();
    }

    private static string Interleave(string text, string replacement, int count, TextBuffer result)
    {
        foreach (var character in new StringValue(text).Iterate())
        {
            if (count-- > 0)
            {
                result.Append(replacement);
            }

            character.WriteText(result);
        }

        if (count > 0)
        {
            result.Append(replacement);
        }

        return result.ToString();
    }

    /// <summary>The part of the text that <c>start</c> and <c>end</c> arguments select, in UTF-16 offsets; false when start lies beyond it.</summary>
    private static bool TryWindow(StringValue text, Value? start, Value? end, out int startOffset, out int endOffset)
    {
        var from = Bound(start, 0);
        var to = Math.Min(Bound(end, text.Count), text.Count);
        var isValid = from <= to;
        startOffset = isValid ? text.ToOffset(from) : 0;
        endOffset = isValid ? text.ToOffset(to) : 0;
        return isValid;

        int Bound(Value? value, int otherwise)
        {
            var index = value is null or NoneValue ? otherwise : RenderContext.Index(value);
            return index < 0 ? Math.Max(index + text.Count, 0) : index;
        }
    }
}
