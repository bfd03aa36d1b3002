using LmDeploy.Supervisor.Errors;

namespace LmDeploy.Supervisor.Workers;

/// <summary>Has a worker with a loaded model, and may replace it when it dies. Thread-safe.</summary>
internal interface IWorkerSource
{
    /// <summary>How errors call it.</summary>
    string Name { get; }

    /// <summary>Whether its first worker starts, loads or serves.</summary>
    bool IsOpen { get; }

    /// <summary>Whether nothing is left of it, or nothing but a worker that will not die.</summary>
    bool IsGone { get; }

    /// <summary>Completes with what requests fail with, as soon as it is known that it ends.</summary>
    Task<SupervisorException> Ended { get; }

    /// <summary>The worker that serves now, or the next one.</summary>
    /// <exception cref="SupervisorException">It ends.</exception>
    Task<WorkerInstance> ServingAsync(CancellationToken cancellationToken);

    /// <summary>Ends it. Completes when it is gone; may be called often.</summary>
    Task CloseAsync();
}
