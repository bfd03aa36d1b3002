namespace LmDeploy.Supervisor.Admission;

/// <summary>What one pipeline needs on its device, in bytes.</summary>
/// <param name="Fixed">What it takes whatever the size of its cache: weights, libraries, working memory.</param>
/// <param name="Least">The least it can work with, at least <paramref name="Fixed"/>.</param>
/// <param name="Most">What it takes where there is room for all it can use; the same as <paramref name="Least"/> when its cache has a fixed size.</param>
/// <param name="Share">The part of what is left beside <paramref name="Fixed"/> that its cache takes, 0 to 1.</param>
internal sealed record MemoryNeed(long Fixed, long Least, long Most, double Share)
{
    /// <summary>What to promise: all that the worker will take, so that nobody else counts on it.</summary>
    /// <param name="promisable">What is free and promised to nobody.</param>
    /// <returns>Null when that is not enough.</returns>
    public long? Grant(long promisable) => promisable < Least
        ? null
        : Math.Clamp(Fixed + (long)(Share * Math.Max(0, promisable - Fixed)), Least, Most);
}
