namespace LmDeploy.Engine.Kernels;

/// <summary>The prompts of a step, cut into pieces of up to <see cref="Queries"/> tokens; device addresses of int32.</summary>
/// <param name="Count">How many pieces there are; 0 in a step that only decodes.</param>
/// <param name="Tiles">[pieces, <see cref="Integers"/>]: the first row, how many rows, the position of the first in its sequence, where the numbers of its
/// sequence's blocks begin in <paramref name="Tables"/>.</param>
/// <param name="Tables">Numbers of cache blocks, one sequence after the other.</param>
internal readonly record struct PromptTiles(int Count, nint Tiles, nint Tables)
{
    public const int Queries = 128;
    public const int Integers = 4;

    /// <summary>Of a block: one warpgroup copies, each other one computes 64 queries.</summary>
    public const int Threads = 384;

    private const int Keys = 128;
    private const int Stages = 2;
    private const int ElementBytes = 2;
    private const int SwizzleBytes = 1024;
    private const int BarrierBytes = 8;
    private const int BarriersPerStage = 4;

    /// <summary>Compiler options for the source.</summary>
    public static IReadOnlyList<string> Options =>
    [
        $"-DQUERY_TILE={Queries}",
        $"-DKEY_TILE={Keys}",
        $"-DSTAGES={Stages}",
        $"-DSWIZZLE_BYTES={SwizzleBytes}",
        $"-DTILE_INTEGERS={Integers}",
        $"-DPROMPT_THREADS={Threads}",
    ];

    /// <summary>
    /// Bytes of shared memory of a block, which has one piece of one head: queries, keys and values in turn, what aligns them, and a barrier for each that
    /// comes and goes.
    /// </summary>
    public static int SharedBytes(int headDim) =>
        (ElementBytes * headDim * (Queries + (2 * Stages * Keys))) + SwizzleBytes + (BarriersPerStage * Stages * BarrierBytes);
}
