namespace LmDeploy.Supervisor.Pipelines;

/// <summary>Whether a named pipeline is loaded.</summary>
internal enum LoadState
{
    /// <summary>Its next request loads it.</summary>
    Unloaded,

    Loading,

    Ready,

    /// <summary>Its latest load failed, or it ended by itself; its next request tries again.</summary>
    Failed,
}
