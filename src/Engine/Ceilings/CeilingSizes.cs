namespace LmDeploy.Engine.Ceilings;

/// <summary>Sizes of the copies and matrix products that measure a device.</summary>
/// <param name="CopyBytes">Of one copy.</param>
/// <param name="Side">Of the two square matrices.</param>
/// <param name="Repetitions">Of either in one round.</param>
/// <param name="Rounds">The fastest one counts.</param>
internal sealed record CeilingSizes(long CopyBytes, int Side, int Repetitions, int Rounds)
{
    /// <summary>Large enough that the start of a copy takes no measurable share of its time.</summary>
    public static CeilingSizes Cuda(long freeBytes) => new(Math.Min(2L << 30, freeBytes / 8), Side: 8192, Repetitions: 10, Rounds: 5);

    /// <summary>Larger than any cache of the processor.</summary>
    public static CeilingSizes Cpu { get; } = new(512L << 20, Side: 2048, Repetitions: 1, Rounds: 5);
}
