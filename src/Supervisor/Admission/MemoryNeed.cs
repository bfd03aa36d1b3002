namespace LmDeploy.Supervisor.Admission;

/// <summary>The memory need of one pipeline on its device, in bytes.</summary>
/// <param name="Fixed">Memory that does not depend on the cache: weights, libraries, working memory.</param>
/// <param name="Least">The least it can work with, at least <paramref name="Fixed"/>.</param>
/// <param name="Most">The most that it can use; the same as <paramref name="Least"/> when its cache has a fixed size.</param>
/// <param name="Share">The share of the remaining memory, without <paramref name="Fixed"/>, that its cache takes, 0 to 1.</param>
internal sealed record MemoryNeed(long Fixed, long Least, long Most, double Share)
{
    /// <summary>The part of <see cref="Fixed"/> that is weights; 0 when unknown.</summary>
    public long Weights { get; init; }

    /// <summary>The promise to grant: all that the worker will take, so that no other admission counts on it.</summary>
    /// <param name="promisable">Free memory without a promise.</param>
    /// <returns>Null when that is not enough.</returns>
    public long? Grant(long promisable) => promisable < Least
        ? null
        : Math.Clamp(Fixed + (long)(Share * Math.Max(0, promisable - Fixed)), Least, Most);
}
