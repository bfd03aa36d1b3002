namespace LmDeploy.Memory;

/// <summary>
/// Gives the memory of something large that was let go back to the system: the collector by itself keeps it for as long as there is little else to do.
/// Thread-safe.
/// </summary>
internal sealed class HeapTrim : IDisposable
{
    /// <summary>What is larger than this is worth a collection.</summary>
    public const long LargeBytes = 1 << 20;

    /// <summary>So much let go is collected at once: the collector by itself lets several times that gather before it looks at large objects.</summary>
    private const long MostGathered = 16 << 20;

    /// <summary>From the last release: a collection stops everything for some tens of milliseconds, so it waits for a pause between large requests.</summary>
    private static readonly TimeSpan _delay = TimeSpan.FromSeconds(5);

    /// <summary>From the last release. Array pools mark what they hold at a collection, and let go of some of it at one that comes a minute later.</summary>
    private static readonly TimeSpan _poolDelay = TimeSpan.FromSeconds(75);

    /// <summary>Array pools let go of one array for each size and core every 15 s.</summary>
    private static readonly TimeSpan _poolPeriod = TimeSpan.FromSeconds(20);

    private readonly Func<long> _collect;
    private readonly ITimer _soon;
    private readonly ITimer _later;
    private long _gathered;

    /// <param name="time">What the delays go by.</param>
    /// <param name="collect">What to do in place of a collection, with the bytes that it freed; null for one.</param>
    public HeapTrim(TimeProvider time, Func<long>? collect = null)
    {
        _collect = collect ?? Collect;
        _soon = time.CreateTimer(_ => _collect(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _later = time.CreateTimer(_ => TrimLater(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Says that something of this size was let go.</summary>
    public void NoteReleased(long bytes)
    {
        if (bytes > LargeBytes)
        {
            if (Interlocked.Add(ref _gathered, bytes) > MostGathered)
            {
                Volatile.Write(ref _gathered, 0);
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
            }

            _soon.Change(_delay, Timeout.InfiniteTimeSpan);
            _later.Change(_poolDelay, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        _soon.Dispose();
        _later.Dispose();
    }

    private static long Collect()
    {
        var before = GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers(); // Pools let go of their arrays there.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return before - GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;
    }

    private void TrimLater()
    {
        if (_collect() > LargeBytes)
        {
            _later.Change(_poolPeriod, Timeout.InfiniteTimeSpan);
        }
    }
}
