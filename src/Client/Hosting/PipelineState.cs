namespace LmDeploy;

/// <summary>Where a pipeline is in its life.</summary>
public enum PipelineState
{
    /// <summary>Something that this version of the client does not know.</summary>
    Unknown,

    /// <summary>Its worker's process is being started.</summary>
    Starting,

    /// <summary>Its worker loads the model.</summary>
    Loading,

    /// <summary>It takes requests.</summary>
    Ready,

    /// <summary>Its worker is being ended, because somebody wanted it so or the model could not be loaded.</summary>
    Stopping,

    /// <summary>It was ended; nothing is left.</summary>
    Gone,

    /// <summary>Its worker died by itself; what it left is being cleared away.</summary>
    Crashed,

    /// <summary>Its worker hung and was killed; what it left is being cleared away.</summary>
    Hung,

    /// <summary>Its worker died by itself, and another one is about to take its place; requests wait.</summary>
    Restarting,

    /// <summary>It ended against its holder's will; nothing is left.</summary>
    Failed,

    /// <summary>It ended, but its worker would not die and still holds its memory.</summary>
    Quarantined,
}
