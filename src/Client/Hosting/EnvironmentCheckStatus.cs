namespace LmDeploy;

/// <summary>How a check of the environment ended.</summary>
public enum EnvironmentCheckStatus
{
    /// <summary>Something that this version of the client does not know.</summary>
    Unknown,

    /// <summary>It passed.</summary>
    Ok,

    /// <summary>It does not apply to this host.</summary>
    Skipped,

    /// <summary>It failed.</summary>
    Failed,
}
