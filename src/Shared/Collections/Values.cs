using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace LmDeploy.Collections;

/// <summary>Copies what a record is given into collections that compare by content.</summary>
internal static class Values
{
    /// <summary>A copy of a list.</summary>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    /// <exception cref="ArgumentException">An element is null.</exception>
    public static IReadOnlyList<T> Of<T>(IEnumerable<T> items, [CallerMemberName] string member = "")
    {
        if (items is ValueList<T> values)
        {
            return values;
        }

        ArgumentNullException.ThrowIfNull(items, member);
        T[] copy = [.. items];
        for (var i = 0; i < copy.Length; i++)
        {
            if (copy[i] is null)
            {
                throw new ArgumentException(FormattableString.Invariant($"{member} must not hold null, got one at position {i}."), member);
            }
        }

        return copy.Length == 0 ? ValueList<T>.Empty : new ValueList<T>(copy);
    }

    /// <summary>A copy of a list that may be left out.</summary>
    [return: NotNullIfNotNull(nameof(items))]
    public static IReadOnlyList<T>? OfOptional<T>(IEnumerable<T>? items, [CallerMemberName] string member = "") => items is null ? null : Of(items, member);

    /// <summary>A copy of a dictionary.</summary>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    /// <exception cref="ArgumentException">A value is null.</exception>
    public static IReadOnlyDictionary<TKey, TValue> Of<TKey, TValue>(IReadOnlyDictionary<TKey, TValue> entries, [CallerMemberName] string member = "")
        where TKey : notnull
    {
        if (entries is ValueDictionary<TKey, TValue> values)
        {
            return values;
        }

        ArgumentNullException.ThrowIfNull(entries, member);
        foreach (var (key, value) in entries)
        {
            if (value is null)
            {
                throw new ArgumentException($"{member} must not hold null, got one for {key}.", member);
            }
        }

        return new ValueDictionary<TKey, TValue>(new Dictionary<TKey, TValue>(entries));
    }
}
