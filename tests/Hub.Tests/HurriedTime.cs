using System.Collections.Concurrent;

namespace LmDeploy.Hub.Tests;

/// <summary>A clock whose waits are a hundred times shorter than asked, but for those of the time limit of reads; it keeps what was asked for.</summary>
internal sealed class HurriedTime : TimeProvider
{
    private const int Speed = 100;

    public static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The limit of reads is hurried too.</summary>
    public bool HurriesReads { get; init; }

    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == ReadTimeout && !HurriesReads)
        {
            return base.CreateTimer(callback, state, dueTime, period);
        }

        if (dueTime > TimeSpan.Zero)
        {
            Waits.Enqueue(dueTime);
        }

        return base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / Speed : dueTime, period);
    }
}
