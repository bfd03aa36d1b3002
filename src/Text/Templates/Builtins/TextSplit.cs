using System.Buffers;
using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Syntax;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>Python's string methods that take a text apart.</summary>
internal static class TextSplit
{
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029");

    public static Value Split(Value self, CallArguments arguments, RenderContext context)
    {
        var (separator, limit) = Bind("split", arguments);
        var text = ((StringValue)self).Text;
        List<Value> parts = [];
        context.Budget.Search(text.Length, separator?.Length ?? 1);
        if (separator is null)
        {
            SplitWords(text, limit, parts, context);
            return context.List(parts);
        }

        var start = 0;
        while (limit-- > 0 && text.AsSpan(start).IndexOf(separator) is var offset and >= 0)
        {
            Add(parts, text.Substring(start, offset), context);
            start += offset + separator.Length;
        }

        Add(parts, text[start..], context);
        return context.List(parts);
    }

    public static Value SplitFromEnd(Value self, CallArguments arguments, RenderContext context)
    {
        var (separator, limit) = Bind("rsplit", arguments);
        var text = ((StringValue)self).Text;
        List<Value> parts = [];
        context.Budget.Search(text.Length, separator?.Length ?? 1);
        if (separator is null)
        {
            SplitWordsFromEnd(text, limit, parts, context);
        }
        else
        {
            var end = text.Length;
            while (limit-- > 0 && text.AsSpan(0, end).LastIndexOf(separator) is var offset and >= 0)
            {
                Add(parts, text[(offset + separator.Length)..end], context);
                end = offset;
            }

            Add(parts, text[..end], context);
        }

        parts.Reverse();
        return context.List(parts);
    }

    public static Value SplitLines(Value self, CallArguments arguments, RenderContext context)
    {
        var keepEnds = arguments.Bind("splitlines", 0, "keepends")[0]?.IsTrue ?? false;
        return context.List([.. Lines(((StringValue)self).Text, keepEnds, context).Select(line => new StringValue(line))]);
    }

    /// <summary>Python's <c>splitlines</c>.</summary>
    public static IEnumerable<string> Lines(string text, bool keepEnds, RenderContext context)
    {
        context.Budget.Search(text.Length);
        for (var start = 0; start < text.Length;)
        {
            var offset = text.AsSpan(start).IndexOfAny(LineEnds);
            var end = offset < 0 ? text.Length : start + offset;
            var next = offset < 0 ? end : text.AsSpan(end).StartsWith("\r\n") ? end + 2 : end + 1;
            context.Budget.Text(0, next - start);
            context.Budget.Item();
            yield return text[start..(keepEnds ? next : end)];
            start = next;
        }
    }

    /// <summary><c>partition</c> and <c>rpartition</c>.</summary>
    public static Value Partition(string name, Value self, CallArguments arguments, RenderContext context, bool fromEnd)
    {
        var text = ((StringValue)self).Text;
        var separator = Separator(arguments.Bind(name, 1, "sep")[0]!);
        context.Budget.Search(text.Length, separator.Length);
        context.Budget.Text(0, text.Length);
        var offset = fromEnd ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        string[] parts = offset >= 0 ? [text[..offset], separator, text[(offset + separator.Length)..]]
            : fromEnd ? ["", "", text] : [text, "", ""];
        return new TupleValue([.. parts.Select(part => new StringValue(part))]);
    }

    private static (string? Separator, int Limit) Bind(string name, CallArguments arguments)
    {
        var bound = arguments.Bind(name, 0, "sep", "maxsplit");
        var limit = bound[1] is null ? -1 : RenderContext.Index(bound[1]!);
        return (bound[0] is null or NoneValue ? null : Separator(bound[0]!), limit < 0 ? int.MaxValue : limit);
    }

    private static string Separator(Value value) =>
        RenderContext.Characters(value) is { Length: > 0 } separator ? separator : throw TemplateFault.Value("empty separator");

    private static void SplitWords(string text, int limit, List<Value> parts, RenderContext context)
    {
        var start = SkipSpace(text, 0);
        while (start < text.Length)
        {
            var end = start;
            while (end < text.Length && !Whitespace.Is(text[end]))
            {
                end++;
            }

            if (limit-- == 0)
            {
                Add(parts, text[start..], context);
                return;
            }

            Add(parts, text[start..end], context);
            start = SkipSpace(text, end);
        }
    }

    private static void SplitWordsFromEnd(string text, int limit, List<Value> parts, RenderContext context)
    {
        var end = text.AsSpan().TrimEnd(Whitespace.Characters).Length;
        while (end > 0)
        {
            var start = end;
            while (start > 0 && !Whitespace.Is(text[start - 1]))
            {
                start--;
            }

            if (limit-- == 0)
            {
                Add(parts, text[..end], context);
                return;
            }

            Add(parts, text[start..end], context);
            end = text.AsSpan(0, start).TrimEnd(Whitespace.Characters).Length;
        }
    }

    private static int SkipSpace(string text, int offset)
    {
        while (offset < text.Length && Whitespace.Is(text[offset]))
        {
            offset++;
        }

        return offset;
    }

    private static void Add(List<Value> parts, string part, RenderContext context)
    {
        context.Budget.Item();
        parts.Add(context.String(part));
    }
}
