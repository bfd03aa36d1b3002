using System.Globalization;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Admission;

/// <summary>The memory that the pipelines of each API key are promised, kept within the key's quota. Thread-safe.</summary>
internal sealed class OwnerMemory
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _promised = new(StringComparer.Ordinal);

    /// <summary>Refuses a pipeline that the quota leaves too little for. It does not wait: the memory is the caller's own.</summary>
    /// <exception cref="SupervisorException">Code <c>quota_exceeded</c>.</exception>
    public void Check(WorkerSpec spec, MemoryNeed need)
    {
        if (spec.MemoryQuota is { } quota && RoomOf(quota) is var room && room < need.Least)
        {
            var state = room < quota.Bytes ? $"its pipelines have {Size(quota.Bytes - room)} of {Size(quota.Bytes)}" : $"it may have {Size(quota.Bytes)}";
            throw new SupervisorException(
                ErrorCodes.QuotaExceeded,
                $"The key {quota.Key} has too little memory left for {spec.Name}, which needs {Size(need.Least)}: {state} (max_memory_mib). "
                    + "Dispose of a pipeline, or lower session_len, max_batch_size or cache_max_entry_count.");
        }
    }

    /// <summary>Grants memory and notes it, in one step.</summary>
    /// <param name="spec">The worker that it is for.</param>
    /// <param name="grant">Returns the bytes to grant where no more than its argument may be; null for none.</param>
    public long? TryGrant(WorkerSpec spec, Func<long, long?> grant)
    {
        if (spec.MemoryQuota is not { } quota)
        {
            return grant(long.MaxValue);
        }

        lock (_gate)
        {
            var bytes = grant(RoomOf(quota));
            if (bytes is { } granted)
            {
                _promised[quota.Owner] = _promised.GetValueOrDefault(quota.Owner) + granted;
            }

            return bytes;
        }
    }

    /// <summary>Takes back what was granted.</summary>
    public void Return(WorkerSpec spec, long bytes)
    {
        if (spec.MemoryQuota is not { } quota)
        {
            return;
        }

        lock (_gate)
        {
            if ((_promised[quota.Owner] -= bytes) == 0)
            {
                _promised.Remove(quota.Owner);
            }
        }
    }

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20:N0} MiB");

    private long RoomOf(MemoryQuota quota)
    {
        lock (_gate)
        {
            return Math.Max(0, quota.Bytes - _promised.GetValueOrDefault(quota.Owner));
        }
    }
}
