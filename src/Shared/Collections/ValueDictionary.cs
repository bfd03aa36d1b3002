using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace LmDeploy.Collections;

/// <summary>An immutable dictionary that is equal to another one with equal entries, in whatever order they were added.</summary>
internal sealed class ValueDictionary<TKey, TValue> : IReadOnlyDictionary<TKey, TValue>, IEquatable<ValueDictionary<TKey, TValue>>
    where TKey : notnull
{
    private readonly Dictionary<TKey, TValue> _entries;

    /// <param name="entries">Taken over, not copied.</param>
    internal ValueDictionary(Dictionary<TKey, TValue> entries) => _entries = entries;

    public static ValueDictionary<TKey, TValue> Empty { get; } = new([]);

    public int Count => _entries.Count;

    public IEnumerable<TKey> Keys => _entries.Keys;

    public IEnumerable<TValue> Values => _entries.Values;

    public TValue this[TKey key] => _entries[key];

    public bool ContainsKey(TKey key) => _entries.ContainsKey(key);

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => _entries.TryGetValue(key, out value);

    public bool Equals(ValueDictionary<TKey, TValue>? other) => other is not null
        && _entries.Count == other._entries.Count
        && _entries.All(entry => other._entries.TryGetValue(entry.Key, out var value) && ElementComparer<TValue>.Default.Equals(entry.Value, value));

    public override bool Equals(object? obj) => Equals(obj as ValueDictionary<TKey, TValue>);

    public override int GetHashCode()
        => _entries.Aggregate(
            _entries.Count,
            (hash, entry) => hash ^ HashCode.Combine(entry.Key, entry.Value is null ? 0 : ElementComparer<TValue>.Default.GetHashCode(entry.Value)));

    /// <summary>The entries in braces, for the text of a record.</summary>
    public override string ToString() =>
        $"{{{string.Join(", ", _entries.Take(16).Select(entry => $"{entry.Key}: {entry.Value}"))}{(_entries.Count > 16 ? ", ..." : "")}}}";

    public IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
