namespace LmDeploy;

/// <summary>Which standard stream a line was printed to.</summary>
public enum LogSource
{
    /// <summary>Something that this version of the client does not know.</summary>
    Unknown,

    /// <summary>Standard output.</summary>
    Stdout,

    /// <summary>Standard error.</summary>
    Stderr,
}
