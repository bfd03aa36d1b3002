namespace LmDeploy;

/// <summary>What a worker is doing.</summary>
public enum WorkerActivity
{
    /// <summary>Something that this version of the client does not know.</summary>
    Unknown,

    /// <summary>It gets ready to be told anything.</summary>
    Starting,

    /// <summary>It loads its model.</summary>
    Loading,

    /// <summary>It waits for requests.</summary>
    Idle,

    /// <summary>It works on requests.</summary>
    Serving,
}
