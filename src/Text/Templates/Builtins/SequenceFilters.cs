using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>Jinja's filters that take sequences apart, join or reshape them.</summary>
internal static class SequenceFilters
{
    public static readonly Dictionary<string, Filter> All = new()
    {
        ["length"] = (value, _, _) => IntegerValue.Of(RenderContext.Length(value)),
        ["count"] = (value, _, _) => IntegerValue.Of(RenderContext.Length(value)),
        ["list"] = (value, _, context) => new ListValue(context.Items(value)),
        ["first"] = (value, _, context) => context.Iterate(value).FirstOrDefault() ?? new UndefinedValue("No first item, sequence was empty."),
        ["last"] = (value, _, context) => Reversed(value, context).FirstOrDefault() ?? new UndefinedValue("No last item, sequence was empty."),
        ["reverse"] = Reverse,
        ["join"] = Join,
        ["items"] = Items,
        ["batch"] = Batch,
        ["slice"] = Slice,
        ["sum"] = Sum,
        ["unique"] = Unique,
    };

    private static IEnumerable<Value> Reversed(Value value, RenderContext context) => value switch
    {
        SequenceValue sequence => Enumerable.Range(1, sequence.Count).Select(i => sequence[sequence.Count - i]),
        StringValue text => Enumerable.Range(1, text.Count).Select(i => new StringValue(text.Slice(text.Count - i, text.Count - i + 1))),
        DictionaryValue or DictionaryView or UndefinedValue => Enumerable.Reverse(context.Items(value)),
        _ => throw TemplateFault.Type($"'{value.TypeName}' object is not reversible"),
    };

    private static Value Reverse(Value value, CallArguments arguments, RenderContext context) => value switch
    {
        StringValue text => Access.Item(text, new SliceValue(NoneValue.Instance, NoneValue.Instance, IntegerValue.Of(-1)), context),
        GeneratorValue => new ListValue([.. Enumerable.Reverse(context.Items(value))]),
        _ when value.Iterate() is null => throw new TemplateFault("argument must be iterable"),
        _ => new GeneratorValue(Reversed(value, context), "list_reverseiterator"),
    };

    private static StringValue Join(Value value, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("join", 0, "d", "attribute");
        var separator = bound[0] is null ? "" : context.Text(bound[0]!);
        var path = new AttributePath(bound[1], context);
        var text = new TextBuffer(context.Budget);
        var isFirst = true;
        foreach (var item in context.Iterate(value))
        {
            if (!isFirst)
            {
                text.Append(separator);
            }

            isFirst = false;
            path.Get(item).WriteText(text);
        }

        return new StringValue(text.ToString());
    }

    private static GeneratorValue Items(Value value, CallArguments arguments, RenderContext context) => value switch
    {
        UndefinedValue => new GeneratorValue([]),
        DictionaryValue dictionary => new GeneratorValue(DictionaryMethods.Items(dictionary, context).Items),
        _ => throw TemplateFault.Type("Can only get item pairs from a mapping."),
    };

    private static GeneratorValue Batch(Value value, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("batch", 1, "linecount", "fill_with");
        var size = RenderContext.Index(bound[0]!);
        var fill = bound[1] is NoneValue ? null : bound[1];
        return new GeneratorValue(Batches());

        IEnumerable<Value> Batches()
        {
            List<Value> batch = [];
            foreach (var item in context.Iterate(value))
            {
                if (batch.Count == size)
                {
                    yield return context.List(batch);
                    batch = [];
                }

                batch.Add(item);
            }

            if (batch.Count == 0)
            {
                yield break;
            }

            var missing = fill is null ? 0 : Math.Max(size - batch.Count, 0);
            context.Budget.Items(missing);
            batch.AddRange(Enumerable.Repeat(fill!, missing));
            yield return context.List(batch);
        }
    }

    private static GeneratorValue Slice(Value value, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("slice", 1, "slices", "fill_with");
        var slices = RenderContext.Index(bound[0]!);
        var fill = bound[1] is NoneValue ? null : bound[1];
        return new GeneratorValue(Slices());

        IEnumerable<Value> Slices()
        {
            var items = context.Items(value);
            if (slices == 0)
            {
                throw new TemplateFault("ZeroDivisionError: integer division or modulo by zero");
            }

            var (size, longer) = Math.DivRem(items.Count, Math.Max(slices, 1));
            for (int i = 0, start = 0; i < slices; i++)
            {
                var count = size + (i < longer ? 1 : 0);
                List<Value> slice = items.GetRange(start, count);
                if (fill is not null && i >= longer)
                {
                    slice.Add(fill);
                }

                start += count;
                context.Budget.Step();
                yield return context.List(slice);
            }
        }
    }

    private static Value Sum(Value value, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("sum", 0, "attribute", "start");
        var path = new AttributePath(bound[0], context);
        var sum = bound[1] is StringValue ? throw TemplateFault.Type("sum() can't sum strings [use ''.join(seq) instead]") : bound[1] ?? IntegerValue.Zero;
        foreach (var item in context.Iterate(value))
        {
            sum = Arithmetic.Apply("+", sum, path.Get(item), context);
        }

        return sum;
    }

    private static GeneratorValue Unique(Value value, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("unique", 0, "case_sensitive", "attribute");
        var path = new AttributePath(bound[1], context, null, ignoresCase: bound[0]?.IsTrue != true);
        return new GeneratorValue(Distinct());

        IEnumerable<Value> Distinct()
        {
            var seen = new DictionaryValue(context.Comparer);
            foreach (var item in context.Iterate(value))
            {
                var key = path.Get(item);
                var count = seen.Length;
                seen.Set(key, NoneValue.Instance);
                context.Budget.Item();
                if (seen.Length != count)
                {
                    yield return item;
                }
            }
        }
    }
}
