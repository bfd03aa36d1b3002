namespace LmDeploy.Supervisor.Workers;

/// <summary>Tells whether it was the kernel that killed a worker, because memory ran out.</summary>
internal interface IOomEvents
{
    /// <summary>To be taken before a worker is started.</summary>
    OomMark Mark();

    /// <param name="worker">It died of SIGKILL.</param>
    /// <param name="mark">Taken before it started.</param>
    /// <returns>Null when it cannot be known.</returns>
    bool? WasKilled(ProcessIdentity worker, OomMark mark);
}
