namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>The reason of a stop. Recorded before the worker is touched.</summary>
internal enum StopReason
{
    /// <summary>Its holder disposed it.</summary>
    Disposed,

    /// <summary>Its holder died, froze or lost the connection.</summary>
    HolderLost,

    /// <summary>An operator stopped it.</summary>
    Requested,

    /// <summary>It was idle for its TTL, or was evicted.</summary>
    Unloaded,

    /// <summary>The supervisor ends.</summary>
    Shutdown,
}
