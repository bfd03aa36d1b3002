using LmDeploy.Supervisor.Logs;

namespace LmDeploy.Supervisor.Workers;

/// <summary>One worker's process and what belongs to it. Thread-safe.</summary>
internal interface IWorkerProcess : IAsyncDisposable
{
    ProcessIdentity Identity { get; }

    WorkerLog Log { get; }

    /// <summary>Completes with the exit code, or 128 + signal, once the process has been reaped. Never fails.</summary>
    Task<int> Exited { get; }

    /// <summary>Whether it is frozen, by SIGSTOP or a debugger.</summary>
    bool IsFrozen { get; }

    /// <summary>Ends the life-line: the worker leaves at once.</summary>
    void CloseInput();

    /// <summary>SIGTERM to the worker alone.</summary>
    void Terminate();

    /// <summary>
    /// SIGKILL to the worker and everything that came from it, also after its own end. Never fails; for want of descriptors it may miss who came from it.
    /// </summary>
    void Kill();

    /// <summary>What the worker and everything that came from it holds; nothing once they are gone, or where there is no descriptor to look with.</summary>
    ProcessMemory ReadMemory();

    /// <summary>
    /// Whether something that came from the worker still runs after its end. Fails with a resource shortage where there is no descriptor to look with.
    /// </summary>
    bool HasSurvivors();

    /// <summary>Completes when all that the worker printed is in its log, or after a moment when something else holds its pipes.</summary>
    Task DrainAsync();
}
