using LmDeploy.Hub;
using LmDeploy.Loading;
using LmDeploy.Transport;

namespace LmDeploy.Hosting;

/// <summary>Where a supervisor listens, and what it takes that it does.</summary>
internal abstract class SupervisorEndpoint
{
    /// <summary>Its socket; empty where it is on another host.</summary>
    public abstract string SocketPath { get; }

    /// <summary>Whether it is on another host, which knows models by name alone.</summary>
    public virtual bool IsRemote => false;

    /// <summary>Whether one that is gone can be had again.</summary>
    public virtual bool CanRestart => false;

    /// <summary>Returns once a supervisor listens; one that is started starts a worker together with itself when it is told to.</summary>
    /// <exception cref="SupervisorUnavailableException">None does, and none can be started.</exception>
    public abstract Task EnsureListeningAsync(FirstWorkerDevice first, CancellationToken cancellationToken);

    /// <summary>As <see cref="EnsureListeningAsync"/>, after the one that listens, or did, has failed a call: it may be about to leave.</summary>
    public virtual Task ReplaceAsync(FirstWorkerDevice first, CancellationToken cancellationToken) => EnsureListeningAsync(first, cancellationToken);

    /// <summary>A connection to it, which is made by the first call.</summary>
    public virtual SupervisorChannel Connect() => SupervisorChannel.OfSocket(SocketPath);

    /// <summary>Finds a model that its user named or gave the path of.</summary>
    /// <exception cref="ModelLoadException">It is not there, and cannot be downloaded.</exception>
    public virtual Task<ModelSource> LocateAsync(string model, IProgress<LoadProgress>? progress, CancellationToken cancellationToken)
        => ModelLocator.FindAsync(model, progress, cancellationToken);

    /// <summary>Lets go of the supervisor; one that is owned ends.</summary>
    public virtual Task ReleaseAsync() => Task.CompletedTask;
}
