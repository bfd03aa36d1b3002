using LmDeploy.V1;

namespace LmDeploy.Supervisor.Poison;

/// <summary>
/// The poison list of a pipeline: requests that are refused for a time, because each was in two workers when they died. Bounded. Thread-safe.
/// </summary>
/// <param name="ttl">How long a request is refused.</param>
internal sealed class PoisonList(TimeSpan ttl, TimeProvider time)
{
    private const int MostEntries = 1000;

    private readonly Lock _gate = new();
    private readonly Queue<(string Fingerprint, long When)> _order = new();
    private readonly Dictionary<string, WorkerFailure> _entries = [];

    /// <summary>Whether there is anything to look for: a fingerprint costs a pass over the prompt.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                Forget();
                return _entries.Count == 0;
            }
        }
    }

    /// <param name="failure">The death that made it one.</param>
    public void Add(string fingerprint, WorkerFailure failure)
    {
        lock (_gate)
        {
            if (_entries.TryAdd(fingerprint, failure))
            {
                _order.Enqueue((fingerprint, time.GetTimestamp()));
            }

            Forget();
        }
    }

    /// <returns>Why the request is refused; null when it is not.</returns>
    public Error? Find(string fingerprint)
    {
        lock (_gate)
        {
            Forget();
            return _entries.TryGetValue(fingerprint, out var failure)
                ? Describe($"The same request ended two workers before and is refused for {ttl.TotalSeconds:0.###} s (poison_ttl_ms)", fingerprint, failure)
                : null;
        }
    }

    /// <summary>The error of a request that has become poison.</summary>
    public Error Poison(string fingerprint, WorkerFailure failure, string cause)
    {
        Add(fingerprint, failure);
        return Describe(
            $"The request was in a worker when it died, and in a second one: {cause} It is refused for {ttl.TotalSeconds:0.###} s (poison_ttl_ms)",
            fingerprint,
            failure);
    }

    private static Error Describe(string what, string fingerprint, WorkerFailure failure) =>
        new() { Code = ErrorCodes.PoisonedRequest, Message = what + ".", Subject = fingerprint, Failure = failure };

    private void Forget()
    {
        while (_order.TryPeek(out var oldest) && (_order.Count > MostEntries || time.GetElapsedTime(oldest.When) >= ttl))
        {
            _order.Dequeue();
            _entries.Remove(oldest.Fingerprint);
        }
    }
}
