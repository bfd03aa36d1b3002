using System.Globalization;
using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>
/// The <c>attribute</c> argument of filters: a dotted path such as <c>function.name</c>, or an index. The path of no argument is the item itself.
/// </summary>
/// <param name="path">The argument; null when it is not given.</param>
/// <param name="standard">What stands in for an undefined part; null for nothing.</param>
/// <param name="ignoresCase">Whether texts are turned to lower case.</param>
internal sealed class AttributePath(Value? path, RenderContext context, Value? standard = null, bool ignoresCase = false)
{
    private readonly IReadOnlyList<Value> _parts = Parse(path, context);

    public Value Get(Value item)
    {
        var value = item;
        foreach (var part in _parts)
        {
            value = value is UndefinedValue undefined ? throw undefined.Fault() : Access.Item(value, part, context);
            if (value is UndefinedValue && standard is not null)
            {
                value = standard;
            }
        }

        return ignoresCase && value is StringValue text ? context.String(text.Text.ToLowerInvariant()) : value;
    }

    /// <summary>Several paths separated by commas, as sorting takes them; the values make up a list, even of one, whose equal items need no order.</summary>
    public static Func<Value, Value> Several(Value? path, RenderContext context, bool ignoresCase)
    {
        IEnumerable<Value?> parts = path is StringValue text ? text.Text.Split(',').Select(part => new StringValue(part)) : [path];
        AttributePath[] paths = [.. parts.Select(part => new AttributePath(part, context, null, ignoresCase))];
        return item => new ListValue([.. paths.Select(one => one.Get(item))]);
    }

    private static IReadOnlyList<Value> Parse(Value? path, RenderContext context)
    {
        if (path is null or NoneValue)
        {
            return [];
        }

        if (path is not StringValue text)
        {
            return [path];
        }

        context.Budget.Items(text.Text.Length);
        return [.. text.Text.Split('.').Select(Part)];
    }

    private static Value Part(string part) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? IntegerValue.Of(index) : new StringValue(part);
}
