using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Errors;

namespace LmDeploy.Supervisor.Workers;

/// <summary>One worker: its folder, its process and, once they have met, the connection. Disposed when the process is gone.</summary>
internal sealed class WorkerInstance(WorkerFolder folder, IWorkerProcess process, string token, Reservation? reservation = null) : IAsyncDisposable
{
    public WorkerFolder Folder => folder;

    public IWorkerProcess Process => process;

    public string Token => token;

    /// <summary>The memory it may take; null when none was promised. Owned: it is free again when the process is gone.</summary>
    public Reservation? Reservation => reservation;

    /// <summary>Completes with the cause when the worker dies by itself after it got ready.</summary>
    public TaskCompletionSource<SupervisorException> Crash { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null until the worker has answered Hello.</summary>
    public IWorkerConnection? Connection { get; set; }

    /// <summary>The end of an error's message: what the worker last said on standard error.</summary>
    public async Task<string> QuoteErrorsAsync()
    {
        await process.DrainAsync();
        var lines = process.Log.Last(5, Logs.WorkerLog.StandardError);
        return lines.Count == 0 ? "It printed nothing on stderr." : "Its last lines on stderr:\n" + string.Join('\n', lines);
    }

    public async ValueTask DisposeAsync()
    {
        Connection?.Dispose();
        await process.DisposeAsync();
        folder.Dispose();
        folder.Flight.Dispose();
        if (reservation is not null)
        {
            await reservation.DisposeAsync();
        }
    }
}
