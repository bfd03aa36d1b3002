using LmDeploy.Supervisor.Configuration;

namespace LmDeploy.Supervisor.Shutdown;

/// <summary>Counts the calls under way, Holds among them, and asks for the end when there was none for the idle timeout.</summary>
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

    /// <summary>Counts a call until its last words, such as the status of a gRPC call, are on their way: they follow when whoever answers it is done.</summary>
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

    /// <summary>Completes as soon as no call is under way, now or from now on.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            _draining = true;
            CompleteDrain();
        }

        return _drained.Task;
    }

    /// <summary>Counts calls that begin, or with a negative number end, and whatever else keeps the supervisor here.</summary>
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
            // A call may have come in while the timer was on its way here.
            if (_calls == 0)
            {
                stop.Request($"no call for {_timeout.TotalSeconds:0.###} s");
            }
        }
    }
}
