using System.Runtime.InteropServices;

namespace LmDeploy.Engine.Likelihood;

/// <summary>Tells sequences of tokens apart by their tokens.</summary>
internal sealed class TokenSequences : IEqualityComparer<int[]>
{
    public static TokenSequences Equal { get; } = new();

    public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(int[] obj)
    {
        var hash = default(HashCode);
        hash.AddBytes(MemoryMarshal.AsBytes(obj.AsSpan()));
        return hash.ToHashCode();
    }
}
