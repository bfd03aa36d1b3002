using System.Security.Cryptography;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Shortages;
using LmDeploy.Supervisor.Tasks;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Workers;

/// <summary>Starts workers and waits until they answer.</summary>
internal sealed class WorkerLauncher(
    IWorkerProcessFactory processes, IWorkerConnector connector, IOomEvents oom, SupervisorOptions options, TimeProvider time)
{
    private readonly ShortageRetry _shortages = new(time);

    /// <summary>Spawns a process, once there are descriptors and memory for it. The caller has to stop and dispose the worker.</summary>
    /// <param name="visibleDevices">Its <c>CUDA_VISIBLE_DEVICES</c>; null for the supervisor's own.</param>
    /// <exception cref="SupervisorException">The executable is missing or cannot be run.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public Task<WorkerInstance> SpawnAsync(string? visibleDevices, CancellationToken cancellationToken) =>
        _shortages.RunAsync(() => TrySpawnAsync(visibleDevices), cancellationToken);

    private async Task<WorkerInstance> TrySpawnAsync(string? visibleDevices)
    {
        WorkerFolder? folder = null;
        var mark = oom.Mark();
        try
        {
            folder = WorkerFolder.Create(options.Folder);
            var token = RandomNumberGenerator.GetHexString(64, lowercase: true);
            var process = await processes.StartAsync(folder, token, visibleDevices);
            return new WorkerInstance(folder, process, token, time.GetTimestamp()) { OomMark = mark };
        }
        catch
        {
            folder?.Dispose();
            folder?.Flight.Dispose();
            throw;
        }
    }

    /// <summary>Waits until the worker has answered Hello, its process ends or the start deadline passes, whichever is first.</summary>
    /// <exception cref="WorkerStartException">The worker ended, or stayed silent and is killed.</exception>
    /// <exception cref="SupervisorException">The worker speaks another version of the protocol.</exception>
    public async Task ConnectAsync(WorkerInstance worker, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.StartTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var connecting = connector.ConnectAsync(worker.Folder, worker.Token, either.Token);
        await Task.WhenAny(connecting, worker.Process.Exited);
        if (!connecting.IsCompleted)
        {
            await either.CancelAsync();
        }

        try
        {
            worker.Connection = await connecting;

            // One connection lasts the worker's life, so nothing has to be found by its path again, and nothing can stay behind.
            worker.Folder.Dispose();
        }
        catch (Exception exception) when (exception is not SupervisorException && !cancellationToken.IsCancellationRequested)
        {
            await KillForStartAsync(worker, deadline.IsCancellationRequested, exception);
            throw new WorkerStartException(exception);
        }
    }

    /// <summary>Ends a worker that did not get ready, unless it has ended.</summary>
    private async Task KillForStartAsync(WorkerInstance worker, bool timedOut, Exception exception)
    {
        if (timedOut)
        {
            worker.KillFor(WorkerFailureKind.StartFailed, $"it did not get ready within {options.StartTimeout.TotalSeconds:0.###} s (--start-timeout)");
        }
        else if (!await worker.Process.Exited.CompletesWithinAsync(options.CauseTimeout, time))
        {
            // A worker that dies right after it said that it listens breaks the call before its exit is seen; this one lives.
            worker.KillFor(WorkerFailureKind.StartFailed, $"it did not answer Hello ({exception.Message})");
        }
    }
}
