using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Evaluation;

/// <summary>Python's comparison operators, <c>in</c> and <c>not in</c> among them.</summary>
internal static class Comparison
{
    public static bool Holds(string sign, Value left, Value right, RenderContext context) => sign switch
    {
        "==" => context.Comparer.Equals(left, right),
        "!=" => !context.Comparer.Equals(left, right),
        "<" => context.Comparer.Order(left, right, sign) < 0,
        "<=" => context.Comparer.Order(left, right, sign) <= 0,
        ">" => context.Comparer.Order(left, right, sign) > 0,
        ">=" => context.Comparer.Order(left, right, sign) >= 0,
        "in" => Contains(right, left, context),
        _ => !Contains(right, left, context),
    };

    /// <summary>Python's <c>item in container</c>.</summary>
    public static bool Contains(Value container, Value item, RenderContext context)
    {
        switch (container)
        {
            case StringValue text when item is StringValue part:
                context.Budget.Search(text.Text.Length, part.Text.Length);
                return text.Text.Contains(part.Text, StringComparison.Ordinal);
            case StringValue:
                throw TemplateFault.Type($"'in <string>' requires string as left operand, not {item.TypeName}");
            case DictionaryValue when !item.IsHashable:
                throw TemplateFault.Type($"unhashable type: '{item.TypeName}'");
            case DictionaryValue dictionary:
                return dictionary.TryGetItem(item, out _);
            default:
                return context.Comparer.Contains(
                    container.Iterate() ?? throw TemplateFault.Type($"argument of type '{container.TypeName}' is not iterable"), item);
        }
    }
}
