using System.Collections.Frozen;
using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>The methods of Python's <c>str</c>. What they make of marked-safe text is marked safe.</summary>
internal static class StringMethods
{
    public static readonly FrozenDictionary<string, Method> All = new Dictionary<string, Method>
    {
        ["upper"] = Mapping("upper", TextCase.Upper),
        ["lower"] = Mapping("lower", text => text.ToLowerInvariant()),
        ["casefold"] = Mapping("casefold", text => text.ToLowerInvariant()),
        ["title"] = Mapping("title", TextCase.Title),
        ["capitalize"] = Mapping("capitalize", TextCase.Capitalize),
        ["swapcase"] = Mapping("swapcase", TextCase.Swap),
        ["isalpha"] = Predicate("isalpha", TextCase.IsAlphabetic),
        ["isdigit"] = Predicate("isdigit", TextCase.IsDigits),
        ["isdecimal"] = Predicate("isdecimal", TextCase.IsDecimal),
        ["isnumeric"] = Predicate("isnumeric", TextCase.IsNumeric),
        ["isalnum"] = Predicate("isalnum", TextCase.IsAlphanumeric),
        ["isspace"] = Predicate("isspace", TextCase.IsSpace),
        ["isupper"] = Predicate("isupper", TextCase.IsUpper),
        ["islower"] = Predicate("islower", TextCase.IsLower),
        ["istitle"] = Predicate("istitle", text => TextCase.HasCase(text) && TextCase.Title(text) == text),
        ["isascii"] = Predicate("isascii", text => System.Text.Ascii.IsValid(text)),
        ["isidentifier"] = Predicate("isidentifier", TextCase.IsIdentifier),
        ["strip"] = Stripping("strip", atStart: true, atEnd: true),
        ["lstrip"] = Stripping("lstrip", atStart: true, atEnd: false),
        ["rstrip"] = Stripping("rstrip", atStart: false, atEnd: true),
        ["split"] = TextSplit.Split,
        ["rsplit"] = TextSplit.SplitFromEnd,
        ["splitlines"] = TextSplit.SplitLines,
        ["partition"] = (self, arguments, context) => TextSplit.Partition("partition", self, arguments, context, fromEnd: false),
        ["rpartition"] = (self, arguments, context) => TextSplit.Partition("rpartition", self, arguments, context, fromEnd: true),
        ["join"] = (self, arguments, context) => Join(Text(self), context.Iterate(arguments.Bind("join", 1, "iterable")[0]!), context),
        ["find"] = (self, arguments, context) => IntegerValue.Of(TextSearch.Find("find", self, arguments, context, fromEnd: false)),
        ["rfind"] = (self, arguments, context) => IntegerValue.Of(TextSearch.Find("rfind", self, arguments, context, fromEnd: true)),
        ["index"] = (self, arguments, context) => TextSearch.Index("index", self, arguments, context, fromEnd: false),
        ["rindex"] = (self, arguments, context) => TextSearch.Index("rindex", self, arguments, context, fromEnd: true),
        ["count"] = TextSearch.Count,
        ["startswith"] = (self, arguments, context) => TextSearch.HasAffix("startswith", self, arguments, context, atEnd: false),
        ["endswith"] = (self, arguments, context) => TextSearch.HasAffix("endswith", self, arguments, context, atEnd: true),
        ["removeprefix"] = RemovePrefix,
        ["removesuffix"] = RemoveSuffix,
        ["replace"] = TextSearch.Replace,
        ["zfill"] = FillWithZeros,
        ["center"] = Padding("center", (missing, width) => (missing / 2) + (missing & width & 1)),
        ["ljust"] = Padding("ljust", (_, _) => 0),
        ["rjust"] = Padding("rjust", (missing, _) => missing),
        ["expandtabs"] = ExpandTabs,
        ["format"] = (self, arguments, context) => context.String(BraceFormat.Apply(Text(self), arguments, context)),
    }.ToFrozenDictionary();

    /// <summary>Python's <c>separator.join(items)</c>.</summary>
    public static StringValue Join(string separator, IEnumerable<Value> items, RenderContext context)
    {
        var text = new TextBuffer(context.Budget);
        var index = 0;
        foreach (var item in items)
        {
            if (index > 0)
            {
                text.Append(separator);
            }

            text.Append(item is StringValue part ? part.Text
                : throw TemplateFault.Type($"sequence item {index}: expected str instance, {item.TypeName} found"));
            index++;
        }

        return new StringValue(text.ToString());
    }

    /// <summary>Removes characters from the ends of a text; white space when no characters are given.</summary>
    public static string Strip(string text, Value? characters, bool atStart, bool atEnd, RenderContext context)
    {
        var set = characters is null or NoneValue ? null : RenderContext.Characters(characters);
        context.Budget.Search(text.Length, set?.Length ?? 1);
        var runes = set?.EnumerateRunes().ToHashSet();
        var start = 0;
        var end = text.Length;
        while (atStart && start < end && Matches(text, start, out var size))
        {
            start += size;
        }

        while (atEnd && end > start)
        {
            var last = end - 1 > start && char.IsLowSurrogate(text[end - 1]) && char.IsHighSurrogate(text[end - 2]) ? end - 2 : end - 1;
            if (!Matches(text, last, out _))
            {
                break;
            }

            end = last;
        }

        return text[start..end];

        bool Matches(string value, int index, out int size)
        {
            size = 1;
            if (runes is null)
            {
                return Syntax.Whitespace.Is(value[index]);
            }

            var isRune = System.Text.Rune.TryGetRuneAt(value, index, out var rune);
            size = isRune ? rune.Utf16SequenceLength : 1;
            return isRune && runes.Contains(rune);
        }
    }

    private static string Text(Value self) => ((StringValue)self).Text;

    private static StringValue Result(string text, Value self, RenderContext context) => context.String(text, ((StringValue)self).IsSafe);

    private static Method Mapping(string name, Func<string, string> map) => (self, arguments, context) =>
    {
        arguments.Bind(name, 0);
        context.Budget.Search(Text(self).Length);
        return Result(map(Text(self)), self, context);
    };

    private static Method Predicate(string name, Func<string, bool> test) => (self, arguments, context) =>
    {
        arguments.Bind(name, 0);
        context.Budget.Search(Text(self).Length);
        return BooleanValue.Of(test(Text(self)));
    };

    private static Method Stripping(string name, bool atStart, bool atEnd) => (self, arguments, context) =>
        Result(Strip(Text(self), arguments.Bind(name, 0, "chars")[0], atStart, atEnd, context), self, context);

    /// <param name="left">How many of the missing characters go before the text, given them and the width.</param>
    private static Method Padding(string name, Func<int, int, int> left) => (self, arguments, context) =>
    {
        var bound = arguments.Bind(name, 1, "width", "fillchar");
        var width = RenderContext.Index(bound[0]!);
        var fill = bound[1] is null ? " " : RenderContext.Characters(bound[1]!);
        var missing = width - ((StringValue)self).Count;
        if (fill.Length != 1)
        {
            throw TemplateFault.Type("The fill character must be exactly one character long");
        }

        if (missing <= 0)
        {
            return self;
        }

        context.Budget.Text(Text(self).Length, missing);
        var before = left(missing, width);
        return Result(new string(fill[0], before) + Text(self) + new string(fill[0], missing - before), self, context);
    };

    private static StringValue FillWithZeros(Value self, CallArguments arguments, RenderContext context)
    {
        var text = Text(self);
        var missing = RenderContext.Index(arguments.Bind("zfill", 1, "width")[0]!) - ((StringValue)self).Count;
        if (missing <= 0)
        {
            return (StringValue)self;
        }

        context.Budget.Text(text.Length, missing);
        var sign = text.StartsWith('+') || text.StartsWith('-') ? 1 : 0;
        return Result(text[..sign] + new string('0', missing) + text[sign..], self, context);
    }

    private static StringValue RemovePrefix(Value self, CallArguments arguments, RenderContext context)
    {
        var prefix = RenderContext.Characters(arguments.Bind("removeprefix", 1, "prefix")[0]!);
        return Text(self).StartsWith(prefix, StringComparison.Ordinal) ? Result(Text(self)[prefix.Length..], self, context) : (StringValue)self;
    }

    private static StringValue RemoveSuffix(Value self, CallArguments arguments, RenderContext context)
    {
        var suffix = RenderContext.Characters(arguments.Bind("removesuffix", 1, "suffix")[0]!);
        return Text(self).EndsWith(suffix, StringComparison.Ordinal) ? Result(Text(self)[..^suffix.Length], self, context) : (StringValue)self;
    }

    private static StringValue ExpandTabs(Value self, CallArguments arguments, RenderContext context)
    {
        var size = arguments.Bind("expandtabs", 0, "tabsize")[0] is { } given ? RenderContext.Index(given) : 8;
        var text = new TextBuffer(context.Budget);
        var column = 0;
        foreach (var c in Text(self))
        {
            if (c == '\t')
            {
                var spaces = size > 0 ? size - (column % size) : 0;
                context.Budget.Text(0, spaces);
                text.Append(new string(' ', spaces));
                column += spaces;
            }
            else
            {
                text.Append(c);
                column = c is '\n' or '\r' ? 0 : column + 1;
            }
        }

        return new StringValue(text.ToString());
    }
}
