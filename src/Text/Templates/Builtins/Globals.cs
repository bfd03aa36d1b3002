using System.Collections.Frozen;
using System.Numerics;
using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>The functions that every template has: Jinja's, and those that transformers adds.</summary>
internal static class Globals
{
    /// <summary>The longest range, as in Jinja's sandbox.</summary>
    private const int MaxRange = 100_000;

    private static readonly FrozenDictionary<string, Value> All = new Dictionary<string, Value>
    {
        ["range"] = new FunctionValue("range", "function", Range),
        ["dict"] = new FunctionValue("dict", "type", NewDictionary),
        ["namespace"] = new FunctionValue("namespace", "type", NewNamespace),
        ["joiner"] = new FunctionValue("joiner", "type",
            (arguments, context) => new JoinerValue(arguments.Bind("joiner", 0, "sep")[0] ?? new StringValue(", "))),
        ["cycler"] = new FunctionValue("cycler", "type", (arguments, _) => arguments.Positional.Count > 0
            ? new CyclerValue(arguments.Positional)
            : throw new TemplateFault("RuntimeError: at least one item has to be provided")),
        ["raise_exception"] = new FunctionValue("raise_exception", "function", (arguments, context) =>
            throw new TemplateFault(context.Text(arguments.Bind("raise_exception", 1, "message")[0]!))),
        ["strftime_now"] = new FunctionValue("strftime_now", "function", FormatNow),
    }.ToFrozenDictionary();

    public static Value? Find(string name) => All.GetValueOrDefault(name);

    private static RangeValue Range(CallArguments arguments, RenderContext context)
    {
        if (arguments.Positional.Count is 0 or > 3 || arguments.Named.Count > 0)
        {
            throw TemplateFault.Type($"range expected 1 to 3 positional arguments, got {arguments.Positional.Count}");
        }

        BigInteger[] numbers = [.. arguments.Positional.Select(RenderContext.Integer)];
        var (start, stop) = numbers.Length == 1 ? (BigInteger.Zero, numbers[0]) : (numbers[0], numbers[1]);
        var step = numbers.Length == 3 ? numbers[2] : BigInteger.One;
        if (step.IsZero)
        {
            throw TemplateFault.Value("range() arg 3 must not be zero");
        }

        var distance = step.Sign > 0 ? stop - start : start - stop;
        var count = distance.Sign <= 0 ? BigInteger.Zero : ((distance - 1) / BigInteger.Abs(step)) + 1;
        return count <= MaxRange
            ? new RangeValue(start, stop, step, (int)count)
            : throw new TemplateFault($"OverflowError: Range too big. The sandbox blocks ranges larger than MAX_RANGE ({MaxRange}).");
    }

    private static DictionaryValue NewDictionary(CallArguments arguments, RenderContext context)
    {
        var dictionary = new DictionaryValue(context.Comparer);
        foreach (var (key, value) in Pairs(arguments, context))
        {
            dictionary.Set(key, value);
            context.Budget.Item();
        }

        return dictionary;
    }

    private static NamespaceValue NewNamespace(CallArguments arguments, RenderContext context)
    {
        var result = new NamespaceValue();
        foreach (var (key, value) in Pairs(arguments, context))
        {
            result.Set(context.Text(key), value);
        }

        return result;
    }

    /// <summary>The entries that Python's <c>dict(...)</c> is made of.</summary>
    private static IEnumerable<KeyValuePair<Value, Value>> Pairs(CallArguments arguments, RenderContext context)
    {
        if (arguments.Positional.Count > 1)
        {
            throw TemplateFault.Type($"dict expected at most 1 argument, got {arguments.Positional.Count}");
        }

        if (arguments.Positional is [UndefinedValue undefined, ..])
        {
            throw undefined.Fault();
        }

        var source = arguments.Positional.Count == 0 ? [] : arguments.Positional[0] is DictionaryValue dictionary
            ? dictionary.Entries
            : context.Iterate(arguments.Positional[0]).Select(ToPair);
        return source.Concat(arguments.Named.Select(argument => KeyValuePair.Create<Value, Value>(new StringValue(argument.Key), argument.Value)));

        KeyValuePair<Value, Value> ToPair(Value item)
        {
            var parts = context.Items(item);
            return parts.Count == 2 ? new(parts[0], parts[1])
                : throw TemplateFault.Value($"dictionary update sequence element has length {parts.Count}; 2 is required");
        }
    }

    private static StringValue FormatNow(CallArguments arguments, RenderContext context)
    {
        var format = RenderContext.Characters(arguments.Bind("strftime_now", 1, "format")[0]!);
        context.Budget.Search(format.Length * 2L);
        return context.String(TimeFormat.Format(context.Clock.GetLocalNow().DateTime, format));
    }
}
