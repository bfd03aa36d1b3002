namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>Who wants a pipeline to end. It is recorded before anything is done to the worker.</summary>
internal enum StopReason
{
    /// <summary>Its holder disposed it.</summary>
    Disposed,

    /// <summary>Its holder died, froze or lost the connection.</summary>
    HolderLost,

    /// <summary>Somebody else asked for it.</summary>
    Requested,

    /// <summary>Nobody used it for its time to live, or somebody else needs the room.</summary>
    Unloaded,

    /// <summary>The supervisor ends.</summary>
    Shutdown,
}
