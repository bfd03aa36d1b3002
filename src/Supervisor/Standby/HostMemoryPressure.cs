using System.Globalization;
using System.Text.RegularExpressions;

namespace LmDeploy.Supervisor.Standby;

/// <summary>
/// Memory pressure of the host: high when less than a tenth of its memory is available, or when processes stalled on memory for a tenth of the last
/// ten seconds (PSI). Unreadable values count as no pressure. Thread-safe.
/// </summary>
/// <param name="root">Where procfs is mounted.</param>
internal sealed partial class HostMemoryPressure(string root = "/proc") : IMemoryPressure
{
    private const double LeastAvailable = 0.1;
    private const double MostStalled = 10; // percent

    public bool IsHigh() => IsShort(Read("meminfo")) || IsStalled(Read("pressure/memory"));

    private static bool IsShort(string meminfo) => Number(Total().Match(meminfo)) is { } total && Number(Available().Match(meminfo)) is { } available
        && available < total * LeastAvailable;

    private static bool IsStalled(string pressure) => Number(Stalled().Match(pressure)) >= MostStalled;

    private static double? Number(Match match) => match.Success ? double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;

    private string Read(string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(root, file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [GeneratedRegex(@"^MemTotal:\s+(\d+) kB", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Total();

    [GeneratedRegex(@"^MemAvailable:\s+(\d+) kB", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Available();

    [GeneratedRegex(@"^some avg10=(\d+\.\d+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Stalled();
}
