namespace LmDeploy.Cli;

/// <summary>What the exit code says; docs/cli.md lists them.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>Something failed: a prompt, a line of a file, the supervisor.</summary>
    public const int Failed = 1;

    /// <summary>The command line makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>A model could not be loaded.</summary>
    public const int NotLoaded = 3;

    /// <summary>SIGINT.</summary>
    public const int Interrupted = 130;

    /// <summary>SIGTERM.</summary>
    public const int Terminated = 143;
}
