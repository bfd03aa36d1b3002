using System.Diagnostics.CodeAnalysis;

namespace LmDeploy.Text.Templates.Values;

/// <summary>Python's <c>tuple</c>.</summary>
/// <param name="fields">The items' names when it is a named tuple, as the <c>groupby</c> filter makes.</param>
internal sealed class TupleValue(IReadOnlyList<Value> items, IReadOnlyList<string>? fields = null) : SequenceValue
{
    public static readonly TupleValue Empty = new([]);

    public override string TypeName => "tuple";

    public override int Count => items.Count;

    public override bool IsHashable { get; } = items.All(item => item.IsHashable);

    /// <summary>The hash of the items, computed once: nested tuples can be far larger when unfolded than in memory.</summary>
    public int Hash { get; } = HashOf(items);

    public override Value this[int index] => items[index];

    public override IEnumerable<Value> Iterate() => items;

    public override SequenceValue Select(int first, int step, int count) => new TupleValue(Copy(first, step, count));

    public override void WriteRepresentation(TextBuffer text) => text.AppendItems("(", items, items.Count == 1 ? ",)" : ")");

    public override bool TryGetAttribute(string name, [NotNullWhen(true)] out Value? attribute)
    {
        for (var i = 0; fields is not null && i < fields.Count; i++)
        {
            if (fields[i] == name)
            {
                attribute = items[i];
                return true;
            }
        }

        attribute = null;
        return false;
    }

    private static int HashOf(IReadOnlyList<Value> items)
    {
        var hash = new HashCode();
        foreach (var item in items)
        {
            hash.Add(item.IsHashable ? ValueComparer.Hash(item) : 0);
        }

        return hash.ToHashCode();
    }
}
