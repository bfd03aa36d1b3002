using System.Collections;

namespace LmDeploy.Collections;

/// <summary>An immutable list that is equal to another one with equal elements, so that records which hold lists compare by content.</summary>
internal sealed class ValueList<T> : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    private readonly T[] _items;

    /// <param name="items">Taken over, not copied.</param>
    internal ValueList(T[] items) => _items = items;

    public static ValueList<T> Empty { get; } = new([]);

    public int Count => _items.Length;

    public T this[int index] => _items[index];

    public bool Equals(ValueList<T>? other) => other is not null && _items.AsSpan().SequenceEqual(other._items, ElementComparer<T>.Default);

    public override bool Equals(object? obj) => Equals(obj as ValueList<T>);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var item in _items)
        {
            hash.Add(item, ElementComparer<T>.Default);
        }

        return hash.ToHashCode();
    }

    /// <summary>The elements in brackets, at most the first 16, for the text of a record.</summary>
    public override string ToString()
    {
        const int Shown = 16;
        var items = string.Join(", ", _items.Take(Shown));
        return _items.Length > Shown ? FormattableString.Invariant($"[{items}, ... {_items.Length} in all]") : $"[{items}]";
    }

    public IEnumerator<T> GetEnumerator() => _items.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
