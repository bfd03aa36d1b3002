using System.Diagnostics.CodeAnalysis;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Evaluation;

/// <summary>Jinja's <c>cycler(...)</c>: goes round its items.</summary>
internal sealed class CyclerValue(IReadOnlyList<Value> items) : Value
{
    private int _position;

    public override string TypeName => "Cycler";

    public override string ObjectName => "jinja2.utils.Cycler object";

    public override bool TryGetAttribute(string name, [NotNullWhen(true)] out Value? attribute)
    {
        attribute = name switch
        {
            "current" => items[_position],
            "next" => new FunctionValue("next", "method", (_, _) =>
            {
                var current = items[_position];
                _position = (_position + 1) % items.Count;
                return current;
            }),
            "reset" => new FunctionValue("reset", "method", (_, _) =>
            {
                _position = 0;
                return NoneValue.Instance;
            }),
            _ => null,
        };
        return attribute is not null;
    }

    public override void WriteRepresentation(TextBuffer text) => text.Append("<jinja2.utils.Cycler object>");
}
