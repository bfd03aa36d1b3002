using System.Collections.Concurrent;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Journal;

/// <summary>The requests in flight of a pipeline, by their numbers in the flight records of its workers. Thread-safe.</summary>
internal sealed class InFlightRequests
{
    private readonly ConcurrentDictionary<ulong, (Func<RunningRequest> Describe, Func<bool> IsWaiting)> _requests = new();
    private ulong _last;
    private long _generatedTokens;

    /// <summary>Prompts to answer that no worker has begun with.</summary>
    public int Waiting => _requests.Values.Count(request => request.IsWaiting());

    /// <summary>Tokens of all requests so far, those that are over included.</summary>
    public long GeneratedTokens => Volatile.Read(ref _generatedTokens);

    /// <param name="describe">Says what is known of the request; its id is filled in here.</param>
    /// <param name="isWaiting">Says whether no worker has begun with it.</param>
    /// <returns>A number that was never given before.</returns>
    public ulong Add(Func<RunningRequest> describe, Func<bool> isWaiting)
    {
        var id = Interlocked.Increment(ref _last);
        _requests[id] = (describe, isWaiting);
        return id;
    }

    /// <summary>Counts forwarded tokens.</summary>
    public void CountTokens(int tokens) => Interlocked.Add(ref _generatedTokens, tokens);

    public void Remove(ulong id) => _requests.TryRemove(id, out _);

    /// <returns>Null when it is over, or never was.</returns>
    public RunningRequest? Describe(ulong id)
    {
        if (!_requests.TryGetValue(id, out var request))
        {
            return null;
        }

        var described = request.Describe();
        described.Id = id;
        return described;
    }
}
