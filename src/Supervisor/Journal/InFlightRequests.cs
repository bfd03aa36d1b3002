using System.Collections.Concurrent;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Journal;

/// <summary>The requests that a pipeline works on, by the numbers that its workers' flight records have. Thread-safe.</summary>
internal sealed class InFlightRequests
{
    private readonly ConcurrentDictionary<ulong, Func<RunningRequest>> _requests = new();
    private ulong _last;

    /// <param name="describe">Says what is known of the request; its id is filled in here.</param>
    /// <returns>A number that was never given before.</returns>
    public ulong Add(Func<RunningRequest> describe)
    {
        var id = Interlocked.Increment(ref _last);
        _requests[id] = describe;
        return id;
    }

    public void Remove(ulong id) => _requests.TryRemove(id, out _);

    /// <returns>Null when it is over, or never was.</returns>
    public RunningRequest? Describe(ulong id)
    {
        if (!_requests.TryGetValue(id, out var describe))
        {
            return null;
        }

        var request = describe();
        request.Id = id;
        return request;
    }
}
