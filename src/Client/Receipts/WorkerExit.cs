namespace LmDeploy;

/// <summary>How a worker that was stopped ended.</summary>
public enum WorkerExit
{
    /// <summary>That is not known, or it is still there.</summary>
    Unknown,

    /// <summary>By itself, when it was asked to.</summary>
    Exited,

    /// <summary>By SIGKILL, after <see cref="SupervisionConfig.StopGrace"/>.</summary>
    Killed,

    /// <summary>By itself, before anybody asked it to.</summary>
    Crashed,
}
