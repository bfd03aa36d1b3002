using System.Security.Cryptography;
using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Workers;

/// <summary>Brings workers up to the point where they answer.</summary>
internal sealed class WorkerLauncher(IWorkerProcessFactory processes, IWorkerConnector connector, SupervisorOptions options, TimeProvider time)
{
    /// <summary>Starts a process. Whoever gets the worker has to stop and dispose it.</summary>
    /// <param name="reservation">The memory it may take, owned: it is given back with the worker, or when there will be none.</param>
    /// <exception cref="SupervisorException">The executable is missing or cannot be run.</exception>
    public async Task<WorkerInstance> SpawnAsync(Reservation? reservation = null)
    {
        WorkerFolder? folder = null;
        try
        {
            folder = WorkerFolder.Create(options.Folder);
            var token = RandomNumberGenerator.GetHexString(64, lowercase: true);
            return new WorkerInstance(folder, await processes.StartAsync(folder, token, reservation?.VisibleDevices), token, reservation);
        }
        catch
        {
            folder?.Dispose();
            folder?.Flight.Dispose();
            if (reservation is not null)
            {
                await reservation.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>Waits until the worker has answered Hello, its process ends or the start deadline passes, whichever is first.</summary>
    /// <exception cref="SupervisorException">The worker ended, stayed silent or speaks another version of the protocol.</exception>
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
            throw await ExplainAsync(worker, deadline.IsCancellationRequested, exception);
        }
    }

    private async Task<SupervisorException> ExplainAsync(WorkerInstance worker, bool timedOut, Exception exception)
    {
        var pid = worker.Process.Identity.Pid;
        if (timedOut)
        {
            return Failed($"The worker (pid {pid}) did not get ready within {options.StartTimeout.TotalSeconds:0.###} s (--start-timeout). {await worker.QuoteErrorsAsync()}");
        }

        // A worker that dies right after it said that it listens breaks the call before its exit is seen.
        return await worker.Process.Exited.CompletesWithinAsync(options.CauseTimeout, time)
            ? Failed($"The worker (pid {pid}) ended before it was ready: {ExitCause.Describe(await worker.Process.Exited)}. {await worker.QuoteErrorsAsync()}")
            : Failed($"The worker (pid {pid}) did not answer Hello: {exception.Message} {await worker.QuoteErrorsAsync()}");
    }

    private SupervisorException Failed(string message) => new(ErrorCodes.WorkerStartFailed, message, options.WorkerExecutable);
}
