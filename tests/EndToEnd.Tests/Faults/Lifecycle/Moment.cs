namespace LmDeploy.EndToEnd.Tests.Faults.Lifecycle;

/// <summary>What a worker is doing when a signal comes, as it can be seen from outside.</summary>
public enum Moment
{
    /// <summary>Its process exists.</summary>
    Spawned,

    /// <summary>It listens, or is about to, and has not answered.</summary>
    Handshaking,

    /// <summary>It reads its model.</summary>
    Loading,

    /// <summary>It has nothing to do.</summary>
    Idle,

    /// <summary>It computes a long prompt.</summary>
    Prefilling,

    /// <summary>Tokens come out of it.</summary>
    Streaming,

    /// <summary>It was told to end.</summary>
    Stopping,
}
