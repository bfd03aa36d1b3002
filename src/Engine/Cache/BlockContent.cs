namespace LmDeploy.Engine.Cache;

/// <summary>What a full block holds: its tokens, after all those of the blocks before it. Equal ones hold the same keys and values.</summary>
/// <param name="Parent">Names what is before it; at the beginning of a sequence 0 or less, by its <see cref="CacheSalt"/>.</param>
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
