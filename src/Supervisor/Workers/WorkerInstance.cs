using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers.MemoryLimits;

namespace LmDeploy.Supervisor.Workers;

/// <summary>One worker: its folder, its process and, once they have met, the connection. Disposed when the process is gone.</summary>
internal sealed class WorkerInstance(WorkerFolder folder, IWorkerProcess process, string token) : IAsyncDisposable
{
    public WorkerFolder Folder => folder;

    public IWorkerProcess Process => process;

    public string Token => token;

    /// <summary>Completes with the cause when the worker dies by itself after it got ready.</summary>
    public TaskCompletionSource<SupervisorException> Crash { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null until the worker has answered Hello.</summary>
    public IWorkerConnection? Connection { get; set; }

    /// <summary>The kernel's count of processes that it killed, from before this one started.</summary>
    public OomMark OomMark { get; init; }

    /// <summary>What holds it to its memory limit; null for none.</summary>
    public MemoryLimit? Limit { get; set; }

    /// <summary>The kind of failure for which the supervisor killed it; null when it did not.</summary>
    public string? CondemnedFor { get; private set; }

    /// <summary>The reason in words, to be put after <c>the worker was killed: </c>; null when the supervisor did not kill it.</summary>
    public string? CondemnedBecause { get; private set; }

    /// <summary>Notes why the supervisor wants this worker dead, and kills it. The first reason counts.</summary>
    public void Condemn(string kind, string why)
    {
        CondemnedBecause ??= why;
        CondemnedFor ??= kind;
        process.Kill();
    }

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
        if (Limit is not null)
        {
            await Limit.DisposeAsync();
        }

        folder.Dispose();
        folder.Forget();
        folder.Flight.Dispose();
    }
}
