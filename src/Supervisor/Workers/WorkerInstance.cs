using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers.MemoryLimits;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Workers;

/// <summary>One worker: its folder, its process and, once they have met, the connection. Disposed when the process is gone. Thread-safe.</summary>
/// <param name="started">The timestamp of its start.</param>
internal sealed class WorkerInstance(WorkerFolder folder, IWorkerProcess process, string token, long started) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _killed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WorkerFolder Folder => folder;

    public IWorkerProcess Process => process;

    public string Token => token;

    public long Started => started;

    /// <summary>The memory it may take; null when none was promised. Owned: it is free again when the process is gone.</summary>
    public IAsyncDisposable? Reservation { get; set; }

    /// <summary>Completes with the cause when the worker dies by itself after it got ready.</summary>
    public TaskCompletionSource<SupervisorException> Crash { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null until the worker has answered Hello.</summary>
    public IWorkerConnection? Connection { get; set; }

    /// <summary>The kernel's count of processes that it killed, from before this one started.</summary>
    public OomMark OomMark { get; init; }

    /// <summary>What holds it to its memory limit; null for none.</summary>
    public MemoryLimit? Limit { get; set; }

    /// <summary>The kind of failure that the supervisor kills it for; null while it does not.</summary>
    public WorkerFailureKind? KilledFor { get; private set; }

    /// <summary>The reason as the beginning of a sentence.</summary>
    public string? KilledBecause { get; private set; }

    /// <summary>Completes when it is killed for a reason.</summary>
    public Task Killed => _killed.Task;

    /// <summary>Kills the worker for a reason, which is recorded first, because no exit code tells it. The first reason counts.</summary>
    public void KillFor(WorkerFailureKind kind, string because)
    {
        lock (_gate)
        {
            if (KilledFor is not null || process.Exited.IsCompleted)
            {
                return;
            }

            (KilledFor, KilledBecause) = (kind, because);
        }

        process.Kill();
        _killed.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        Connection?.Dispose();
        await process.DisposeAsync();
        if (Limit is not null)
        {
            await Limit.DisposeAsync();
        }

        folder.Dispose();
        folder.Forget();
        folder.Flight.Dispose();
        if (Reservation is not null)
        {
            await Reservation.DisposeAsync();
        }
    }
}
