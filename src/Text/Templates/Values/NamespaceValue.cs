using System.Diagnostics.CodeAnalysis;

namespace LmDeploy.Text.Templates.Values;

/// <summary>Jinja's <c>namespace()</c>: the one value that a template can change, by <c>{% set ns.name = value %}</c>.</summary>
internal sealed class NamespaceValue : Value
{
    private readonly Dictionary<string, Value> _attributes = [];

    public override string TypeName => "Namespace";

    public override string ObjectName => "jinja2.utils.Namespace object";

    public void Set(string name, Value value) => _attributes[name] = value;

    public override bool TryGetAttribute(string name, [NotNullWhen(true)] out Value? attribute) => _attributes.TryGetValue(name, out attribute);

    public override bool TryGetItem(Value key, [NotNullWhen(true)] out Value? item)
    {
        item = null;
        return key is StringValue name && _attributes.TryGetValue(name.Text, out item);
    }

    public override void WriteRepresentation(TextBuffer text)
    {
        text.Budget.Enter();
        text.Append("<Namespace {");
        var first = true;
        foreach (var (name, value) in _attributes)
        {
            text.Budget.Step();
            if (!first)
            {
                text.Append(", ");
            }

            first = false;
            StringValue.WriteQuoted(name, text);
            text.Append(": ");
            value.WriteRepresentation(text);
        }

        text.Append("}>");
        text.Budget.Leave();
    }
}
