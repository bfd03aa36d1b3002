using LmDeploy.Text.Templates.Builtins;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Evaluation;

/// <summary>Jinja's <c>value.name</c> and <c>value[key]</c>: the first looks for attributes before items, the second the other way round.</summary>
internal static class Access
{
    public static Value Attribute(Value target, string name, RenderContext context)
    {
        if (target is UndefinedValue undefined)
        {
            throw undefined.Fault();
        }

        return FindAttribute(target, name)
            ?? (target.TryGetItem(new StringValue(name), out var item) ? item : UndefinedValue.Attribute(target, name, context.Budget));
    }

    public static Value Item(Value target, Value key, RenderContext context)
    {
        if (key is SliceValue slice)
        {
            return Slice(target, slice, context);
        }

        if (target.TryGetItem(key, out var item))
        {
            return item;
        }

        return (key is StringValue name ? FindAttribute(target, name.Text) : null) ?? UndefinedValue.Item(target, key, context.Budget);
    }

    /// <summary>
    /// An attribute, a method among them; null when the value has none of the name. Methods that change a value are undefined
    /// in a way that says so, as in Jinja's immutable sandbox.
    /// </summary>
    public static Value? FindAttribute(Value target, string name)
    {
        if (target.TryGetAttribute(name, out var attribute))
        {
            return attribute;
        }

        if (Methods.IsMutator(target, name))
        {
            return new UndefinedValue($"access to attribute '{name}' of '{target.TypeName}' object is unsafe.");
        }

        return Methods.Find(target, name) is { } method
            ? new FunctionValue(name, "built-in method", (arguments, context) => method(target, arguments, context))
            : null;
    }

    private static Value Slice(Value target, SliceValue slice, RenderContext context)
    {
        switch (target)
        {
            case StringValue text:
                return SliceText(text, slice, context);
            case SequenceValue sequence:
                var (first, step, count) = Subscript.Slice(slice, sequence.Count);
                context.Budget.Items(count);
                return sequence.Select(first, step, count);
            case UndefinedValue undefined:
                throw undefined.Fault();
            case DictionaryValue:
                throw TemplateFault.Type("unhashable type: 'slice'");
            default:
                throw TemplateFault.Type($"'{target.TypeName}' object is not subscriptable");
        }
    }

    private static StringValue SliceText(StringValue text, SliceValue slice, RenderContext context)
    {
        var (first, step, count) = Subscript.Slice(slice, text.Count);
        context.Budget.Step((count / 16) + 1);
        if (step == 1)
        {
            return context.String(text.Slice(first, first + count), text.IsSafe);
        }

        var buffer = new TextBuffer(context.Budget);
        for (var i = 0; i < count; i++)
        {
            var index = first + (i * step);
            buffer.Append(text.Slice(index, index + 1));
        }

        return new StringValue(buffer.ToString(), text.IsSafe);
    }
}
