using System.Diagnostics.CodeAnalysis;

namespace LmDeploy.Text.Templates.Values;

/// <summary>A value whose items have positions: a list, a tuple or a range.</summary>
internal abstract class SequenceValue : Value
{
    /// <summary>The number of items.</summary>
    public abstract int Count { get; }

    public override int? Length => Count;

    public abstract Value this[int index] { get; }

    public override IEnumerable<Value> Iterate()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    public override bool TryGetItem(Value key, [NotNullWhen(true)] out Value? item)
    {
        item = Subscript.TryIndex(key, Count, out var index) ? this[index] : null;
        return item is not null;
    }

    /// <summary>A sequence of the same type with the items that a slice selects.</summary>
    public abstract SequenceValue Select(int first, int step, int count);

    /// <summary>Copies the items that a slice selects.</summary>
    protected Value[] Copy(int first, int step, int count)
    {
        var items = new Value[count];
        for (var i = 0; i < count; i++)
        {
            items[i] = this[first + (i * step)];
        }

        return items;
    }
}
