using System.Diagnostics.CodeAnalysis;

namespace LmDeploy.Collections;

/// <summary>The default comparison of a type, and of memory by what it holds.</summary>
internal static class ElementComparer<T>
{
    public static IEqualityComparer<T> Default { get; } =
        typeof(T) == typeof(ReadOnlyMemory<float>) ? (IEqualityComparer<T>)(object)new FloatMemoryComparer() : EqualityComparer<T>.Default;

    private sealed class FloatMemoryComparer : IEqualityComparer<ReadOnlyMemory<float>>
    {
        public bool Equals(ReadOnlyMemory<float> x, ReadOnlyMemory<float> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode([DisallowNull] ReadOnlyMemory<float> obj) =>
            HashCode.Combine(obj.Length, obj.IsEmpty ? 0 : obj.Span[0], obj.IsEmpty ? 0 : obj.Span[^1]);
    }
}
