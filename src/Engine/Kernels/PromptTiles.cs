namespace LmDeploy.Engine.Kernels;

/// <summary>The prompts of a step, cut into pieces of up to <see cref="Queries"/> tokens; device addresses of int32.</summary>
/// <param name="Count">How many pieces there are; 0 in a step that only decodes.</param>
/// <param name="Tiles">[pieces, <see cref="Integers"/>]: the first row, how many rows, the position of the first in its sequence, where the numbers of its sequence's blocks begin in <paramref name="Tables"/>.</param>
/// <param name="Tables">Numbers of cache blocks, one sequence after the other.</param>
internal readonly record struct PromptTiles(int Count, nint Tiles, nint Tables)
{
    public const int Queries = 128;
    public const int Integers = 4;

    private const int Keys = 128;
    private const int Stages = 2;
    private const int ElementBytes = 2;
    private const int AlignmentAndBarriers = 1024 + 64;

    /// <summary>Shared memory of a block, which has one piece of one head: queries, and keys and values in turn.</summary>
    public static int SharedBytes(int headDim) => (ElementBytes * headDim * (Queries + (2 * Stages * Keys))) + AlignmentAndBarriers;
}
