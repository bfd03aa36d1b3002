namespace LmDeploy.Engine.Cache;

/// <summary>
/// The identity of a full block in the prefix cache: its tokens, and the chain of blocks before it. Equal contents have the same keys and values.
/// </summary>
/// <param name="Parent">The id of the block before it. The first block of a sequence has 0 or a negative number here, from its <see cref="CacheSalt"/>.</param>
/// <param name="Tokens">As many as a block has room for.</param>
internal sealed record BlockContent(long Parent, int[] Tokens)
{
    public bool Equals(BlockContent? other) => other is not null && Parent == other.Parent && Tokens.AsSpan().SequenceEqual(other.Tokens);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Parent);
        hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(Tokens.AsSpan()));
        return hash.ToHashCode();
    }
}
