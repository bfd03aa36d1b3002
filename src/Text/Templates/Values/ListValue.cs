namespace LmDeploy.Text.Templates.Values;

/// <summary>Python's <c>list</c>; the sandbox lets no template change one.</summary>
internal sealed class ListValue(IReadOnlyList<Value> items) : SequenceValue
{
    public override string TypeName => "list";

    public override int Count => items.Count;

    public override bool IsHashable => false;

    public override Value this[int index] => items[index];

    public override IEnumerable<Value> Iterate() => items;

    public override SequenceValue Select(int first, int step, int count) => new ListValue(Copy(first, step, count));

    public override void WriteRepresentation(TextBuffer text) => text.AppendItems("[", items, "]");
}
