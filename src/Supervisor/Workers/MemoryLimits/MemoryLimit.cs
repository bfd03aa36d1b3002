using System.Globalization;
using LmDeploy.Supervisor.Shortages;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Workers.MemoryLimits;

/// <summary>
/// Enforces <c>memory_limit_bytes</c> on one worker: kills it above the limit, and tells after its end whether the limit of its control group has
/// killed it. Counts memory that the kernel cannot reclaim; file-backed pages, for example mapped weights and libraries, do not count.
/// </summary>
internal sealed class MemoryLimit : IAsyncDisposable
{
    private const int MostRemovals = 100;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RemovalInterval = TimeSpan.FromMilliseconds(10);

    private readonly WorkerInstance _worker;
    private readonly long _bytes;
    private readonly MemoryGroup? _group;
    private readonly ProcessTable _processes;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ends = new();
    private readonly Task _watching;

    /// <param name="group">Its control group, owned; null where there is none.</param>
    public MemoryLimit(WorkerInstance worker, long bytes, MemoryGroup? group, ProcessTable processes, TimeProvider time)
    {
        _worker = worker;
        _bytes = bytes;
        _group = group;
        _processes = processes;
        _time = time;
        _watching = WatchAsync();
    }

    /// <summary>Says that it was the kernel that held the worker, which is gone, to the limit; null when it was not.</summary>
    public string? Verdict => _group?.WasHit == true ? Describe("the kernel") : null;

    /// <summary>Removes the control group, for which the worker has to be gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await _watching;
        _ends.Dispose();
        using var timer = new PeriodicTimer(RemovalInterval, _time);
        for (var attempt = 1; _group?.TryRemove() == false && attempt < MostRemovals; attempt++)
        {
            await timer.WaitForNextTickAsync();
        }
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(LookInterval, _time);
        try
        {
            while (!_worker.Process.Exited.IsCompleted)
            {
                if (Held() is var held && held > _bytes)
                {
                    _worker.KillFor(WorkerFailureKind.MemoryLimit, Describe(string.Create(CultureInfo.InvariantCulture, $"{held} bytes were seen")));
                    return;
                }

                await timer.WaitForNextTickAsync(_ends.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The worker is being disposed.
        }
        catch (Exception exception)
        {
            _worker.KillFor(
                WorkerFailureKind.Killed,
                string.Create(CultureInfo.InvariantCulture, $"it could not be held to memory_limit_bytes, {_bytes}, any longer ({exception.Message})"));
        }
    }

    /// <summary>Skips a reading when no file descriptor is left; the next one follows soon.</summary>
    private long Held()
    {
        try
        {
            return _processes.ReadUnreclaimable(_worker.Process.Identity);
        }
        catch (Exception exception) when (ResourceShortage.Is(exception))
        {
            return 0;
        }
    }

    private string Describe(string how) => string.Create(CultureInfo.InvariantCulture, $"it took more memory than memory_limit_bytes, {_bytes} ({how})");
}
