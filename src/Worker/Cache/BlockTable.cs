namespace LmDeploy.Worker.Cache;

/// <summary>The blocks of one sequence, in the order of its tokens.</summary>
internal sealed class BlockTable(int[] blocks, int blockSize)
{
    public IReadOnlyList<int> Blocks => blocks;

    /// <summary>The cache slot of the token at a position.</summary>
    public long Slot(int position) => ((long)blocks[position / blockSize] * blockSize) + (position % blockSize);
}
