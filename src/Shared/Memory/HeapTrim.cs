namespace LmDeploy.Memory;

/// <summary>
/// Gives the memory of something large that was let go back to the system: the collector by itself keeps it for as long as there is little else to do. Thread-safe.
/// </summary>
internal sealed class HeapTrim : IDisposable
{
    /// <summary>What is larger than this is worth a collection.</summary>
    public const long LargeBytes = 1 << 20;

    /// <summary>From the moment it was let go; whoever held it has returned by then, and several are done in one.</summary>
    private static readonly TimeSpan _delay = TimeSpan.FromSeconds(1);

    /// <summary>Pools keep what they lent for about a minute, and let go of it at a collection after that.</summary>
    private static readonly TimeSpan _poolDelay = TimeSpan.FromSeconds(75);

    private readonly Action _collect;
    private readonly ITimer _soon;
    private readonly ITimer _later;

    /// <param name="time">What the delays go by.</param>
    /// <param name="collect">What to do in place of a collection; null for one.</param>
    public HeapTrim(TimeProvider time, Action? collect = null)
    {
        _collect = collect ?? Collect;
        _soon = time.CreateTimer(_ => _collect(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _later = time.CreateTimer(_ => _collect(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Says that something of this size was let go.</summary>
    public void NoteReleased(long bytes)
    {
        if (bytes > LargeBytes)
        {
            _soon.Change(_delay, Timeout.InfiniteTimeSpan);
            _later.Change(_poolDelay, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        _soon.Dispose();
        _later.Dispose();
    }

    private static void Collect() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
