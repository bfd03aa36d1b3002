using LmDeploy.Supervisor.Logs;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Failures;

/// <summary>Reads what a worker printed on standard error before it ended.</summary>
internal static class StandardError
{
    /// <summary>The first words of fatal error messages of .NET and the native libraries. A long stack trace may follow them.</summary>
    private static readonly string[] Headlines =
    [
        "Unhandled exception", "Stack overflow", "Out of memory", "Fatal error", "Process terminated", "terminate called", "free(): ", "malloc(): ",
        "double free",
    ];

    /// <summary>The last lines, oldest first, preceded by the fatal error message when that is further back.</summary>
    public static IReadOnlyList<string> Last(WorkerLog log, int count)
    {
        var all = log.Last(WorkerLog.DefaultCapacity, LogSource.Stderr);
        var headline = all.Take(Math.Max(0, all.Count - count)).LastOrDefault(line => Headlines.Any(start => line.StartsWith(start, StringComparison.Ordinal)));
        return headline is null ? [.. all.TakeLast(count)] : [headline, .. all.TakeLast(count - 1)];
    }

    /// <summary>The first CUDA error; the later ones follow from it. Empty when there is none.</summary>
    public static string CudaError(IEnumerable<string> lines)
    {
        const string mark = "CUDA error:";
        var line = lines.FirstOrDefault(line => line.Contains(mark, StringComparison.Ordinal));
        return line is null ? "" : line[line.IndexOf(mark, StringComparison.Ordinal)..];
    }
}
