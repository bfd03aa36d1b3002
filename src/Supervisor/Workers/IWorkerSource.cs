using LmDeploy.Supervisor.Errors;

namespace LmDeploy.Supervisor.Workers;

/// <summary>A source of workers with a loaded model, which may replace a crashed one. Thread-safe.</summary>
internal interface IWorkerSource
{
    /// <summary>How errors call it.</summary>
    string Name { get; }

    /// <summary>Whether its first worker starts, loads or serves.</summary>
    bool IsOpen { get; }

    /// <summary>Whether it has ended; a quarantined worker may remain.</summary>
    bool IsGone { get; }

    /// <summary>Completes with the error for requests as soon as it is known to end.</summary>
    Task<SupervisorException> Ended { get; }

    /// <summary>The worker that serves now, or the next one.</summary>
    /// <exception cref="SupervisorException">It ends.</exception>
    Task<WorkerInstance> ServingAsync(CancellationToken cancellationToken);

    /// <summary>Ends it, idempotently. Completes when it is gone.</summary>
    Task CloseAsync();
}
