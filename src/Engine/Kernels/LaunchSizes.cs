namespace LmDeploy.Engine.Kernels;

/// <summary>Threads of a block of each kind of kernel. The sources have the same numbers by <see cref="KernelDefinitions.Options"/>.</summary>
internal static class LaunchSizes
{
    /// <summary>Of most kernels.</summary>
    public const int Threads = 256;

    /// <summary>Warps of a block of <see cref="Threads"/>.</summary>
    public const int Warps = Threads / WarpThreads;

    /// <summary>Of <c>decode_attention</c>.</summary>
    public const int AttentionThreads = 128;

    /// <summary>Of kernels that look through a whole row: <c>argmax</c> and <c>candidates</c>.</summary>
    public const int ScanThreads = 1024;

    /// <summary>Elements that a warp reads at a time, eight neighbours a lane.</summary>
    public const int ElementsPerWarp = 8 * WarpThreads;

    private const int WarpThreads = 32;

    /// <summary>Compiler options for the sources.</summary>
    public static IReadOnlyList<string> Options =>
    [
        $"-DTHREADS={Threads}",
        $"-DWARPS={Warps}",
        $"-DATTENTION_THREADS={AttentionThreads}",
        $"-DATTENTION_WARPS={AttentionThreads / WarpThreads}",
        $"-DSCAN_THREADS={ScanThreads}",
        $"-DELEMENTS_PER_WARP={ElementsPerWarp}",
    ];
}
