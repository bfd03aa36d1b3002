using System.Globalization;
using System.Text.RegularExpressions;

namespace LmDeploy.Supervisor.Workers;

/// <summary>Finds what the kernel logs when it kills a process because memory ran out.</summary>
internal static partial class OomLine
{
    private const long TicksPerSecond = 100;
    private const long MicrosecondsPerTick = 1_000_000 / TicksPerSecond;

    /// <summary>The log's clock and that of processes' starts may differ by a little.</summary>
    private const long Tolerance = 2 * TicksPerSecond;

    /// <summary>Whether one of the records says that this very process was killed: one from before its start is about another with its number.</summary>
    /// <param name="records">As <c>/dev/kmsg</c> has them: <c>PRIORITY,SEQUENCE,MICROSECONDS,FLAGS;TEXT</c>.</param>
    public static bool IsAbout(ProcessIdentity process, IEnumerable<string> records) => records.Any(record =>
        Killed().Match(record) is { Success: true } match
        && int.TryParse(match.Groups["pid"].ValueSpan, CultureInfo.InvariantCulture, out var pid)
        && pid == process.Pid
        && long.TryParse(match.Groups["when"].ValueSpan, CultureInfo.InvariantCulture, out var when)
        && (when / MicrosecondsPerTick) + Tolerance >= process.StartTicks);

    [GeneratedRegex(@"^\d+,\d+,(?<when>\d+),[^;]*;.*\bKilled process (?<pid>\d+) ", RegexOptions.CultureInvariant)]
    private static partial Regex Killed();
}
