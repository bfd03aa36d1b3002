using System.Runtime.CompilerServices;

namespace LmDeploy.Text.Templates.Values;

/// <summary>A Python generator or iterator: its items can be taken once, are made as they are taken, and are not counted.</summary>
internal sealed class GeneratorValue(IEnumerable<Value> items, string typeName = "generator") : Value
{
    private IEnumerator<Value>? _items;

    public override string TypeName => typeName;

    public override bool IsTrue => true;

    public override IEnumerable<Value> Iterate()
    {
        _items ??= items.GetEnumerator();
        while (TryMoveNext(_items))
        {
            yield return _items.Current;
        }
    }

    /// <summary>A generator may draw on another, and that on the next: a chain too long for the stack is a fault.</summary>
    private static bool TryMoveNext(IEnumerator<Value> items) =>
        RuntimeHelpers.TryEnsureSufficientExecutionStack() ? items.MoveNext() : throw TemplateFault.Limit("a chain of generators is too long");

    public override void WriteRepresentation(TextBuffer text) => text.Append($"<{typeName} object>");
}
