namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>A clock whose timers ring when they are told to, also after they were disposed: as one that was on its way.</summary>
internal sealed class LateTimers : TimeProvider
{
    private readonly List<Action> _rings = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _rings.Add(() => callback(state));
        return new Timer();
    }

    public int Ring()
    {
        _rings.ForEach(ring => ring());
        return _rings.Count;
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            // It rings all the same.
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
