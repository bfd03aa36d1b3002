using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>Jinja's filters that order or group items.</summary>
internal static class OrderFilters
{
    public static readonly Dictionary<string, Filter> All = new()
    {
        ["sort"] = Sort,
        ["dictsort"] = SortDictionary,
        ["groupby"] = Group,
        ["min"] = (value, arguments, context) => Extreme("min", "<", value, arguments, context),
        ["max"] = (value, arguments, context) => Extreme("max", ">", value, arguments, context),
    };

    private static ListValue Sort(Value value, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("sort", 0, "reverse", "case_sensitive", "attribute");
        var key = AttributePath.Several(bound[2], context, ignoresCase: bound[1]?.IsTrue != true);
        return context.List(Sorted(context.Items(value), key, bound[0]?.IsTrue == true, context));
    }

    private static ListValue SortDictionary(Value value, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("dictsort", 0, "case_sensitive", "by", "reverse");
        var by = bound[1] is null ? "key" : RenderContext.Characters(bound[1]!);
        if (by is not ("key" or "value"))
        {
            throw new TemplateFault("You can only sort by either \"key\" or \"value\"");
        }

        var dictionary = value as DictionaryValue
            ?? throw (value as UndefinedValue)?.Fault() ?? new TemplateFault($"AttributeError: '{value.TypeName}' object has no attribute 'items'");
        var path = new AttributePath(IntegerValue.Of(by == "key" ? 0 : 1), context, null, ignoresCase: bound[0]?.IsTrue != true);
        return context.List(Sorted(DictionaryMethods.Items(dictionary, context).Items, path.Get, bound[2]?.IsTrue == true, context));
    }

    private static ListValue Group(Value value, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("groupby", 1, "attribute", "default", "case_sensitive");
        var standard = bound[1] is NoneValue ? null : bound[1];
        var key = new AttributePath(bound[0], context, standard, ignoresCase: bound[2]?.IsTrue != true);
        var name = new AttributePath(bound[0], context, standard);
        List<List<Value>> groups = [];
        Value? current = null;
        foreach (var item in Sorted(context.Items(value), key.Get, isReversed: false, context))
        {
            var next = key.Get(item);
            if (current is null || !context.Comparer.Equals(current, next))
            {
                groups.Add([]);
                current = next;
            }

            groups[^1].Add(item);
        }

        return context.List([.. groups.Select(group => new TupleValue([name.Get(group[0]), context.List(group)], ["grouper", "list"]))]);
    }

    private static Value Extreme(string name, string sign, Value value, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind(name, 0, "case_sensitive", "attribute");
        var path = new AttributePath(bound[1], context, null, ignoresCase: bound[0]?.IsTrue != true);
        Value? best = null;
        Value? bestKey = null;
        foreach (var item in context.Iterate(value))
        {
            var key = path.Get(item);
            if (bestKey is null || Comparison.Holds(sign, key, bestKey, context))
            {
                (best, bestKey) = (item, key);
            }
        }

        return best ?? new UndefinedValue("No aggregated item, sequence was empty.");
    }

    /// <summary>Sorts stably by merging, so that values without a consistent order cannot upset it.</summary>
    public static T[] Sorted<T>(IReadOnlyList<T> items, Func<T, Value> key, bool isReversed, RenderContext context)
    {
        var keyed = items.Select(item => (Key: key(item), Item: item)).ToArray();
        var merged = new (Value Key, T Item)[keyed.Length];
        for (var width = 1; width < keyed.Length; width *= 2)
        {
            for (var start = 0; start < keyed.Length; start += 2 * width)
            {
                Merge(start, Math.Min(start + width, keyed.Length), Math.Min(start + (2 * width), keyed.Length));
            }

            (keyed, merged) = (merged, keyed);
        }

        return [.. keyed.Select(entry => entry.Item)];

        void Merge(int left, int middle, int end)
        {
            for (int i = left, right = middle, next = left; next < end; next++)
            {
                var takesRight = i == middle || (right < end && IsBefore(keyed[right].Key, keyed[i].Key));
                merged[next] = takesRight ? keyed[right++] : keyed[i++];
            }
        }

        bool IsBefore(Value x, Value y) => (isReversed ? context.Comparer.Order(y, x, "<") : context.Comparer.Order(x, y, "<")) < 0;
    }
}
