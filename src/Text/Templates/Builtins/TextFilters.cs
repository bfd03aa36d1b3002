using System.Globalization;
using System.Text;
using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>Jinja's filters on text.</summary>
internal static class TextFilters
{
    private const int DefaultTruncation = 255;
    private const int TruncationLeeway = 5;

    public static readonly Dictionary<string, Filter> All = new()
    {
        ["string"] = (value, _, context) => value as StringValue ?? context.String(context.Text(value)),
        ["upper"] = Method("upper"),
        ["lower"] = Method("lower"),
        ["capitalize"] = Method("capitalize"),
        ["title"] = (value, _, context) => context.String(Title(context.Text(value))),
        ["trim"] = (value, arguments, context) =>
            context.String(StringMethods.Strip(context.Text(value), arguments.Bind("trim", 0, "chars")[0], atStart: true, atEnd: true, context), IsSafe(value)),
        ["replace"] = Replace,
        ["center"] = (value, arguments, context) =>
            StringMethods.All["center"](AsText(value, context),
                new CallArguments([arguments.Bind("center", 0, "width")[0] ?? IntegerValue.Of(80)], []), context),
        ["indent"] = Indent,
        ["truncate"] = Truncate,
        ["wordcount"] = (value, _, context) => IntegerValue.Of(TextCase.CountWords(context.Text(value))),
        ["format"] = Format,
        ["safe"] = (value, _, context) => new StringValue(context.Text(value), isSafe: true),
        ["escape"] = (value, _, context) => new StringValue(Markup.Escape(value, context), isSafe: true),
        ["e"] = (value, _, context) => new StringValue(Markup.Escape(value, context), isSafe: true),
        ["forceescape"] = (value, _, context) => new StringValue(Markup.Escape(new StringValue(context.Text(value)), context), isSafe: true),
        ["urlencode"] = UrlEncode,
    };

    private static bool IsSafe(Value value) => value is StringValue { IsSafe: true };

    private static StringValue AsText(Value value, RenderContext context) => value as StringValue ?? context.String(context.Text(value));

    private static Filter Method(string name) => (value, arguments, context) => StringMethods.All[name](AsText(value, context), arguments, context);

    /// <summary>Jinja's <c>title</c>: words start after white space, hyphens and opening brackets, unlike in Python's.</summary>
    private static string Title(string text)
    {
        var title = new StringBuilder(text.Length);
        var atStart = true;
        foreach (var rune in text.EnumerateRunes())
        {
            var isSeparator = rune.Value is '-' or '(' or '{' or '[' or '<' || Rune.IsWhiteSpace(rune);
            title.Append(atStart ? Rune.ToUpperInvariant(rune) : Rune.ToLowerInvariant(rune));
            atStart = isSeparator;
        }

        return title.ToString();
    }

    private static StringValue Replace(Value value, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("replace", 2, "old", "new", "count");
        var count = bound[2] is null or NoneValue ? -1 : RenderContext.Index(bound[2]!);
        return new StringValue(TextSearch.Replace(context.Text(value), context.Text(bound[0]!), context.Text(bound[1]!), count, context));
    }

    private static StringValue Indent(Value value, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("indent", 0, "width", "first", "blank");
        var indention = bound[0] is StringValue given ? given.Text : Spaces(bound[0] is null ? 4 : RenderContext.Index(bound[0]!), context);
        var indentsFirst = bound[1]?.IsTrue ?? false;
        var indentsBlank = bound[2]?.IsTrue ?? false;
        var text = new TextBuffer(context.Budget);
        var index = 0;
        foreach (var line in TextSplit.Lines(Characters(value) + "\n", keepEnds: false, context))
        {
            if (index > 0)
            {
                text.Append('\n');
            }

            if (index == 0 ? indentsFirst : indentsBlank || line.Length > 0)
            {
                text.Append(indention);
            }

            text.Append(line);
            index++;
        }

        return new StringValue(text.ToString(), IsSafe(value));
    }

    private static string Spaces(int count, RenderContext context)
    {
        context.Budget.Text(0, Math.Max(count, 0));
        return new string(' ', Math.Max(count, 0));
    }

    private static string Characters(Value value) => value is StringValue text ? text.Text
        : throw (value as UndefinedValue)?.Fault() ?? TemplateFault.Type($"unsupported operand type(s) for +=: '{value.TypeName}' and 'str'");

    private static StringValue Truncate(Value value, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("truncate", 0, "length", "killwords", "end", "leeway");
        var length = bound[0] is null ? DefaultTruncation : RenderContext.Index(bound[0]!);
        var end = bound[2] is null ? "..." : RenderContext.Characters(bound[2]!);
        var leeway = bound[3] is null or NoneValue ? TruncationLeeway : RenderContext.Index(bound[3]!);
        var text = AsText(value, context);
        var kept = (long)length - new StringValue(end).Count;
        if (kept < 0 || leeway < 0)
        {
            var expected = kept < 0 ? $"length >= {length - kept}, got {length}" : $"leeway >= 0, got {leeway}";
            throw new TemplateFault("AssertionError: expected " + expected);
        }

        if (text.Count <= (long)length + leeway)
        {
            return text;
        }

        var cut = text.Slice(0, (int)kept);
        var space = bound[1]?.IsTrue == true ? -1 : cut.LastIndexOf(' ');
        return context.String((space < 0 ? cut : cut[..space]) + end);
    }

    private static StringValue Format(Value value, CallArguments arguments, RenderContext context)
    {
        if (arguments.Positional.Count > 0 && arguments.Named.Count > 0)
        {
            throw new TemplateFault("can't handle positional and keyword arguments at the same time");
        }

        if (arguments.Named.Count == 0)
        {
            return PrintfFormat.Apply(AsText(value, context), new TupleValue(arguments.Positional), context);
        }

        var named = new DictionaryValue(context.Comparer);
        foreach (var (name, argument) in arguments.Named)
        {
            named.Set(new StringValue(name), argument);
        }

        return PrintfFormat.Apply(AsText(value, context), named, context);
    }

    private static StringValue UrlEncode(Value value, CallArguments arguments, RenderContext context)
    {
        if (value is StringValue || value.Iterate() is null)
        {
            return context.String(Quote(context.Text(value), "/", context));
        }

        var pairs = value is DictionaryValue dictionary ? DictionaryMethods.Items(dictionary, context) : value;
        var parts = context.Iterate(pairs).Select(pair =>
        {
            var items = context.Items(pair);
            return items.Count == 2
                ? $"{QuoteForm(items[0])}={QuoteForm(items[1])}"
                : throw TemplateFault.Value($"not enough values to unpack (expected 2, got {items.Count})");
        });
        return context.String(string.Join('&', parts));

        string QuoteForm(Value item) => Quote(context.Text(item), "", context).Replace("%20", "+", StringComparison.Ordinal);
    }

    private static string Quote(string text, string alsoSafe, RenderContext context)
    {
        var quoted = new TextBuffer(context.Budget);
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            var c = (char)octet;
            quoted.Append(char.IsAsciiLetterOrDigit(c) || "_.-~".Contains(c) || alsoSafe.Contains(c)
                ? c.ToString()
                : "%" + octet.ToString("X2", CultureInfo.InvariantCulture));
        }

        return quoted.ToString();
    }
}
