using System.Diagnostics.CodeAnalysis;
using LmDeploy.Text.Templates.Syntax;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Evaluation;

/// <summary>A macro, or the body of a <c>call</c> block, with the scope it was defined in.</summary>
internal sealed class MacroValue(MacroDefinition macro, Scope closure, Interpreter interpreter) : CallableValue
{
    public override string TypeName => "Macro";

    public override string ObjectName => "jinja2.runtime.Macro object";

    public override Value Call(CallArguments arguments, RenderContext context)
    {
        var scope = new Scope(closure);
        Bind(arguments, scope, context);
        return context.String(interpreter.Render(macro.Body, scope));
    }

    public override bool TryGetAttribute(string name, [NotNullWhen(true)] out Value? attribute)
    {
        attribute = name switch
        {
            "name" => new StringValue(macro.Name),
            "arguments" => new TupleValue([.. macro.Parameters.Select(parameter => new StringValue(parameter.Name))]),
            "catch_varargs" => BooleanValue.Of(macro.UsesRest),
            "catch_kwargs" => BooleanValue.Of(macro.UsesNamedRest),
            "caller" => BooleanValue.Of(macro.UsesCaller),
            _ => null,
        };
        return attribute is not null;
    }

    public override void WriteRepresentation(TextBuffer text)
    {
        text.Append("<Macro ");
        StringValue.WriteQuoted(macro.Name, text);
        text.Append('>');
    }

    private void Bind(CallArguments arguments, Scope scope, RenderContext context)
    {
        var named = arguments.Named.ToDictionary(argument => argument.Key, argument => argument.Value, StringComparer.Ordinal);
        for (var i = 0; i < macro.Parameters.Count; i++)
        {
            var parameter = macro.Parameters[i];
            if (i < arguments.Positional.Count)
            {
                scope.Set(parameter.Name, arguments.Positional[i]);
            }
            else if (named.Remove(parameter.Name, out var value))
            {
                scope.Set(parameter.Name, value);
            }
            else
            {
                scope.Set(parameter.Name, parameter.Default is null
                    ? new UndefinedValue($"parameter '{parameter.Name}' was not provided")
                    : interpreter.Evaluate(parameter.Default, scope));
            }
        }

        if (macro.UsesCaller && macro.Parameters.All(parameter => parameter.Name != "caller"))
        {
            scope.Set("caller", named.Remove("caller", out var caller) ? caller : new UndefinedValue("No caller defined"));
        }

        BindRest(arguments.Positional, named, scope, context);
    }

    private void BindRest(IReadOnlyList<Value> positional, Dictionary<string, Value> named, Scope scope, RenderContext context)
    {
        if (macro.UsesNamedRest)
        {
            var rest = new DictionaryValue(context.Comparer);
            foreach (var (name, value) in named)
            {
                rest.Set(new StringValue(name), value);
            }

            scope.Set("kwargs", rest);
        }
        else if (named.Count > 0)
        {
            throw TemplateFault.Type(named.ContainsKey("caller")
                ? $"macro '{macro.Name}' was invoked with two values for the special caller argument. This is most likely a bug."
                : $"macro '{macro.Name}' takes no keyword argument '{named.First().Key}'");
        }

        if (macro.UsesRest)
        {
            scope.Set("varargs", new TupleValue([.. positional.Skip(macro.Parameters.Count)]));
        }
        else if (positional.Count > macro.Parameters.Count)
        {
            throw TemplateFault.Type($"macro '{macro.Name}' takes not more than {macro.Parameters.Count} argument(s)");
        }
    }
}
