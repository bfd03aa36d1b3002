using LmDeploy.Supervisor.Configuration;

namespace LmDeploy.Supervisor.Shutdown;

/// <summary>Counts active calls, Holds included, and stops the supervisor after the idle timeout without calls.</summary>
internal sealed class CallGauge : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeSpan _timeout;
    private readonly ITimer _timer;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _draining;
    private int _calls;

    public CallGauge(SupervisorOptions options, StopSignal stop, TimeProvider time)
    {
        _timeout = options.IdleTimeout > TimeSpan.Zero ? options.IdleTimeout : Timeout.InfiniteTimeSpan;
        _timer = time.CreateTimer(_ => OnIdle(stop), null, _timeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Counts a call until its response is completed, the gRPC status included, which follows after the handler has returned.</summary>
    public Task CountAsync(HttpContext context, RequestDelegate next)
    {
        Add(1);
        context.Response.OnCompleted(() =>
        {
            Add(-1);
            return Task.CompletedTask;
        });
        return next(context);
    }

    /// <summary>Completes as soon as no call is active.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            _draining = true;
            CompleteDrain();
        }

        return _drained.Task;
    }

    /// <summary>Adds to the count of calls and of other reasons to stay; negative when they end.</summary>
    public void Add(int calls)
    {
        lock (_gate)
        {
            _calls += calls;
            _timer.Change(_calls == 0 ? _timeout : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            CompleteDrain();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void CompleteDrain()
    {
        if (_draining && _calls == 0)
        {
            _drained.TrySetResult();
        }
    }

    private void OnIdle(StopSignal stop)
    {
        lock (_gate)
        {
            // A call may have started after the timer fired.
            if (_calls == 0)
            {
                stop.Request($"no call for {_timeout.TotalSeconds:0.###} s");
            }
        }
    }
}
