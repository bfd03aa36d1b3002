namespace LmDeploy.Text.Templates.Values;

/// <summary>What Python's <c>dict.keys()</c>, <c>values()</c> and <c>items()</c> return: iterable and counted, without positions.</summary>
/// <param name="typeName">Such as <c>dict_keys</c>.</param>
internal sealed class DictionaryView(string typeName, IReadOnlyList<Value> items) : Value
{
    public override string TypeName => typeName;

    public override int? Length => items.Count;

    public override bool IsHashable => false;

    /// <summary>The items in the dictionary's order.</summary>
    public IReadOnlyList<Value> Items => items;

    public override IEnumerable<Value> Iterate() => items;

    public override void WriteRepresentation(TextBuffer text) => text.AppendItems(typeName + "([", items, "])");
}
