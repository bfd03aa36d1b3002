namespace LmDeploy.Cli.Serving;

/// <summary>The ranges of the settings of <c>serve</c>, for its flags and its file.</summary>
internal static class ServeLimits
{
    public const int LargestPort = 65535;
    public const int MostReplicas = 64;

    /// <summary>A tebibyte.</summary>
    public const double LargestBodyMib = 1 << 20;

    /// <summary>The forms of log lines.</summary>
    public static readonly string[] LogFormats = ["text", "json"];

    /// <summary>A day.</summary>
    public const double LongestDrainSeconds = 86_400;

    /// <summary>30 days.</summary>
    public const double LongestSeconds = 30 * 86_400;
}
