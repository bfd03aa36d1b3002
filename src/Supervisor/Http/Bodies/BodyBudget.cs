using LmDeploy.Memory;
using LmDeploy.Supervisor.Http.Errors;

namespace LmDeploy.Supervisor.Http.Bodies;

/// <summary>
/// Back-pressure on request bodies: bounds the bytes of all bodies in memory. Small bodies have a budget of their own, so that callers with large
/// ones do not block the others. Thread-safe.
/// </summary>
/// <param name="largestBody">The largest body that is taken.</param>
/// <param name="trim">Notified when large bodies are released.</param>
internal sealed class BodyBudget(long largestBody, HeapTrim trim)
{
    /// <summary>A body up to this counts as small.</summary>
    public const long SmallBody = 1 << 20;

    /// <summary>All small bodies together.</summary>
    public const long SmallBodies = 64 << 20;

    /// <summary>All other bodies together; one body of the largest size always has room.</summary>
    public long LargeBodies { get; } = Math.Max(64 << 20, largestBody);

    private long _small;
    private long _large;

    /// <summary>Leases room for a body of an announced or an unknown length.</summary>
    /// <param name="announced">Its length in bytes; null when it is not known before its end.</param>
    /// <exception cref="ApiException">There is no room now (429), or it is larger than what is taken (413).</exception>
    public BodyLease Lease(long? announced)
    {
        if (announced > largestBody)
        {
            throw new ApiException(
                StatusCodes.Status413PayloadTooLarge,
                ApiErrorCodes.RequestTooLarge,
                $"The body has {announced} bytes; at most {largestBody} are taken (--max-body).");
        }

        var lease = new BodyLease(this);
        lease.GrowTo(announced ?? 1);
        return lease;
    }

    /// <summary>The bytes that a body of this length counts for. A body that grows beyond the small size counts as the largest one.</summary>
    internal long Weigh(long length, bool isAnnounced) => length <= SmallBody || isAnnounced ? length : largestBody;

    internal void Take(long bytes, bool isLarge)
    {
        ref var used = ref isLarge ? ref _large : ref _small;
        var most = isLarge ? LargeBodies : SmallBodies;
        if (Interlocked.Add(ref used, bytes) > most)
        {
            Interlocked.Add(ref used, -bytes);
            throw new ApiException(
                StatusCodes.Status429TooManyRequests,
                ApiErrorCodes.TooManyBytes,
                $"Requests of more than {most >> 20} MiB in all are being worked on ({(isLarge ? "of those above 1 MiB" : "of those up to 1 MiB")}); "
                    + "send this one again in a moment.");
        }
    }

    internal void Return(long bytes, bool isLarge)
    {
        ref var used = ref isLarge ? ref _large : ref _small;
        Interlocked.Add(ref used, -bytes);
        trim.NoteReleased(bytes);
    }
}
