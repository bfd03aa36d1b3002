namespace LmDeploy.Hosting;

/// <summary>Where a supervisor listens, and what it takes that it does.</summary>
internal abstract class SupervisorEndpoint
{
    /// <summary>Its socket.</summary>
    public abstract string SocketPath { get; }

    /// <summary>Whether one that is gone can be had again.</summary>
    public virtual bool CanRestart => false;

    /// <summary>Returns once a supervisor listens; one that is started starts a worker together with itself when it is told to.</summary>
    /// <exception cref="SupervisorUnavailableException">None does, and none can be started.</exception>
    public abstract Task EnsureListeningAsync(FirstWorkerDevice first, CancellationToken cancellationToken);

    /// <summary>As <see cref="EnsureListeningAsync"/>, after the one that listens, or did, has failed a call: it may be about to leave.</summary>
    public virtual Task ReplaceAsync(FirstWorkerDevice first, CancellationToken cancellationToken) => EnsureListeningAsync(first, cancellationToken);

    /// <summary>Lets go of the supervisor; one that is owned ends.</summary>
    public virtual Task ReleaseAsync() => Task.CompletedTask;
}
