using LmDeploy.Supervisor.Logging;
using Microsoft.AspNetCore.Connections;

namespace LmDeploy.Supervisor.Connections;

/// <summary>
/// The connections of all listeners, bounded by the available file descriptors. When the table is full, a new connection replaces an idle one: first
/// one that never had a request, then one without a request now, the oldest first. A connection without a request for <see cref="SilenceTimeout"/> is
/// closed. Thread-safe.
/// </summary>
internal sealed partial class ConnectionTable : IDisposable
{
    /// <summary>From its acceptance to its first request.</summary>
    public static readonly TimeSpan SilenceTimeout = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan _logInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly LinkedList<TrackedConnection> _silent = new();
    private readonly LinkedList<TrackedConnection> _idle = new();
    private readonly Func<int> _most;
    private readonly TimeProvider _time;
    private readonly ILogger<ConnectionTable> _logger;
    private readonly ITimer _timer;
    private int _count;
    private long _turnedAway;
    private long? _logged;

    /// <param name="most">How many connections there may be now.</param>
    public ConnectionTable(Func<int> most, TimeProvider time, ILogger<ConnectionTable> logger)
    {
        _most = most;
        _time = time;
        _logger = logger;
        _timer = time.CreateTimer(_ => CloseSilent(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Connections that are open or being closed.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes in a connection that was just accepted, and returns when there is a descriptor to accept the next one with.</summary>
    /// <returns>False when there is no place: all others have a request.</returns>
    public async ValueTask<bool> TryAddAsync(ConnectionContext context)
    {
        TrackedConnection? victim = null;
        lock (_gate)
        {
            if (_count >= _most())
            {
                NoteFull();
                if ((_silent.First ?? _idle.First)?.Value is not { } oldest)
                {
                    return false;
                }

                victim = oldest;
                Unlist(victim);
            }

            var added = new TrackedConnection(context, _time.GetTimestamp());
            context.Features.Set(added);
            added.Place = _silent.AddLast(added);
            _count++;
            if (_silent.Count == 1)
            {
                _timer.Change(SilenceTimeout, Timeout.InfiniteTimeSpan);
            }
        }

        if (victim is not null)
        {
            Abort(victim, "its place was needed: too many connections are open");
            await victim.Closed;
        }

        return true;
    }

    /// <summary>Runs a connection that was taken in, to its end.</summary>
    public async Task RunAsync(ConnectionContext context, ConnectionDelegate next)
    {
        try
        {
            await next(context);
        }
        finally
        {
            if (context.Features.Get<TrackedConnection>() is { } connection)
            {
                Remove(connection);
            }
        }
    }

    /// <summary>Counts a request as its connection's for as long as it runs.</summary>
    public async Task TrackAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Features.Get<TrackedConnection>() is not { } connection)
        {
            await next(http);
            return;
        }

        Begin(connection);
        try
        {
            await next(http);
        }
        finally
        {
            End(connection);
        }
    }

    public void Dispose() => _timer.Dispose();

    private static void Abort(TrackedConnection connection, string reason) => connection.Context.Abort(new ConnectionAbortedException($"Closed: {reason}."));

    private void Begin(TrackedConnection connection)
    {
        lock (_gate)
        {
            connection.Requests++;
            Unlist(connection);
        }
    }

    private void End(TrackedConnection connection)
    {
        lock (_gate)
        {
            if (--connection.Requests == 0 && !connection.Closed.IsCompleted)
            {
                connection.Place = _idle.AddLast(connection);
            }
        }
    }

    private void Remove(TrackedConnection connection)
    {
        lock (_gate)
        {
            Unlist(connection);
            _count--;
            connection.NoteClosed();
        }
    }

    private static void Unlist(TrackedConnection connection)
    {
        connection.Place?.List!.Remove(connection.Place);
        connection.Place = null;
    }

    private void CloseSilent()
    {
        List<TrackedConnection> silent = [];
        lock (_gate)
        {
            while (_silent.First is { } first)
            {
                var left = SilenceTimeout - _time.GetElapsedTime(first.Value.Accepted);
                if (left > TimeSpan.Zero)
                {
                    _timer.Change(left, Timeout.InfiniteTimeSpan);
                    break;
                }

                silent.Add(first.Value);
                Unlist(first.Value);
            }
        }

        silent.ForEach(connection => Abort(connection, $"no request came within {SilenceTimeout.TotalSeconds:0} s"));
    }

    /// <summary>Logs a full table, at most once in a while.</summary>
    private void NoteFull()
    {
        _turnedAway++;
        if (_logged is { } last && _time.GetElapsedTime(last) < _logInterval)
        {
            return;
        }

        LogFull(_count, _turnedAway);
        _logged = _time.GetTimestamp();
    }

    [LoggerMessage(
        EventIds.ConnectionsFull,
        LogLevel.Warning,
        "All {Count} connections that the limit of open files allows are taken: idle ones make room ({Total} so far)",
        EventName = nameof(EventIds.ConnectionsFull))]
    private partial void LogFull(int count, long total);
}
