namespace LmDeploy.Worker.Templates.Values;

/// <summary>A Python generator or iterator: its items can be taken once, are made as they are taken, and are not counted.</summary>
internal sealed class GeneratorValue(IEnumerable<Value> items, string typeName = "generator") : Value
{
    private IEnumerator<Value>? _items;

    public override string TypeName => typeName;

    public override bool IsTrue => true;

    public override IEnumerable<Value> Iterate()
    {
        _items ??= items.GetEnumerator();
        while (_items.MoveNext())
        {
            yield return _items.Current;
        }
    }

    public override void WriteRepresentation(TextBuffer text) => text.Append($"<{typeName} object>");
}
