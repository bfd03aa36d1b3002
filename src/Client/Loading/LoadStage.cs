namespace LmDeploy;

/// <summary>What the loading of a model is at.</summary>
public enum LoadStage
{
    /// <summary>Something that this version of the client does not know.</summary>
    Unknown,

    /// <summary>It waits for memory that others hold.</summary>
    Waiting,

    /// <summary>A worker is being started.</summary>
    Starting,

    /// <summary>The worker reads the weights.</summary>
    Loading,

    /// <summary>The weights are in place; the worker gets ready to answer.</summary>
    WarmingUp,

    /// <summary>The model's files are being downloaded; before all other stages.</summary>
    Downloading,
}
