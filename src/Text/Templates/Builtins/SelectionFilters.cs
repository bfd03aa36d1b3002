using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>Jinja's filters that apply filters and tests to each item: <c>map</c>, <c>select</c>, <c>reject</c> and their kin. All are generators.</summary>
internal static class SelectionFilters
{
    public static readonly Dictionary<string, Filter> All = new()
    {
        ["map"] = Map,
        ["select"] = (value, arguments, context) => Select(value, arguments, context, byAttribute: false, wanted: true),
        ["reject"] = (value, arguments, context) => Select(value, arguments, context, byAttribute: false, wanted: false),
        ["selectattr"] = (value, arguments, context) => Select(value, arguments, context, byAttribute: true, wanted: true),
        ["rejectattr"] = (value, arguments, context) => Select(value, arguments, context, byAttribute: true, wanted: false),
    };

    private static GeneratorValue Map(Value value, CallArguments arguments, RenderContext context)
    {
        return new GeneratorValue(Mapped());

        IEnumerable<Value> Mapped()
        {
            if (!value.IsTrue)
            {
                yield break;
            }

            var map = Mapper(arguments, context);
            foreach (var item in context.Iterate(value))
            {
                yield return map(item);
            }
        }
    }

    private static Func<Value, Value> Mapper(CallArguments arguments, RenderContext context)
    {
        if (arguments.Positional.Count == 0 && arguments.Named.Any(argument => argument.Key == "attribute"))
        {
            var bound = arguments.Bind("map", 0, "attribute", "default");
            return new AttributePath(bound[0], context, bound[1] is NoneValue ? null : bound[1]).Get;
        }

        if (arguments.Positional.Count == 0)
        {
            throw new TemplateFault("map requires a filter argument");
        }

        var name = RenderContext.Characters(arguments.Positional[0]);
        var filter = Filters.Find(name) ?? throw new TemplateFault($"No filter named '{name}'.");
        var rest = arguments.Skip(1);
        return item => filter(item, rest, context);
    }

    private static GeneratorValue Select(Value value, CallArguments arguments, RenderContext context, bool byAttribute, bool wanted)
    {
        return new GeneratorValue(Selected());

        IEnumerable<Value> Selected()
        {
            if (!value.IsTrue)
            {
                yield break;
            }

            var (path, test) = Selector(arguments, context, byAttribute);
            foreach (var item in context.Iterate(value))
            {
                if (test(path.Get(item)) == wanted)
                {
                    yield return item;
                }
            }
        }
    }

    private static (AttributePath Path, Func<Value, bool> Test) Selector(CallArguments arguments, RenderContext context, bool byAttribute)
    {
        var skipped = byAttribute ? 1 : 0;
        if (arguments.Positional.Count < skipped)
        {
            throw new TemplateFault("Missing parameter for attribute name");
        }

        var path = new AttributePath(byAttribute ? arguments.Positional[0] : null, context);
        if (arguments.Positional.Count == skipped)
        {
            return (path, item => item.IsTrue);
        }

        var name = RenderContext.Characters(arguments.Positional[skipped]);
        var test = Tests.Find(name) ?? throw new TemplateFault($"No test named '{name}'.");
        var rest = arguments.Skip(skipped + 1);
        return (path, item => test(item, rest, context));
    }
}
