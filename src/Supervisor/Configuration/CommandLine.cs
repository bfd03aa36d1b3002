using System.Globalization;
using System.Text;
using LmDeploy.Supervisor.Errors;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Configuration;

/// <summary>
/// <c>lmdeploy-supervisor --socket PATH [--idle-timeout SECONDS] [--home FOLDER] [--owned] [--start-timeout SECONDS] [--client-timeout SECONDS]
/// [--drain-timeout SECONDS] [--standby N] [--standby-cuda] [--first-worker cpu|gpu] [--host-memory BYTES] [--serve FILE]</c>
/// </summary>
internal static class CommandLine
{
    /// <summary>A Unix socket's path has at most 107 bytes; a worker's socket lies up to 32 below the supervisor's folder.</summary>
    private const int LongestFolder = 107 - 32;

    /// <summary>A day: longer than any wait that means something.</summary>
    private const double LongestSeconds = 86_400;

    private const int MostStandby = 16;

    /// <exception cref="SupervisorException">An argument is unknown, incomplete or out of its range.</exception>
    public static SupervisorOptions Parse(ReadOnlySpan<string> arguments)
    {
        string? socket = null;
        var options = new SupervisorOptions { Socket = "", Home = ParentOf(AppContext.BaseDirectory) };
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            if (name is "--owned" or "--standby-cuda")
            {
                options = name == "--owned" ? options with { Owned = true } : options with { StandbyCuda = true };
                continue;
            }

            var value = i + 1 < arguments.Length ? arguments[++i] : throw Invalid(name, $"{name} needs a value, or is not an option.");
            switch (name)
            {
                case "--socket":
                    socket = value;
                    break;
                case "--home":
                    options = options with { Home = Path.GetFullPath(value) };
                    break;
                case "--idle-timeout":
                    options = options with { IdleTimeout = Seconds(name, value, least: 0) };
                    break;
                case "--start-timeout":
                    options = options with { StartTimeout = Seconds(name, value, least: 0.1) };
                    break;
                case "--client-timeout":
                    options = options with { ClientTimeout = Seconds(name, value, least: 6) };
                    break;
                case "--drain-timeout":
                    options = options with { DrainTimeout = Seconds(name, value, least: 0) };
                    break;
                case "--standby":
                    options = options with { Standby = Count(name, value) };
                    break;
                case "--first-worker":
                    options = options with { FirstWorker = Device(name, value) };
                    break;
                case "--host-memory":
                    options = options with { HostMemory = Bytes(name, value) };
                    break;
                case "--serve":
                    options = options with { ServeHandover = Path.GetFullPath(value) };
                    break;
                default:
                    throw Invalid(name, $"{name} is not an option of lmdeploy-supervisor.");
            }
        }

        return options with { Socket = CheckSocket(socket) };
    }

    private static string CheckSocket(string? socket)
    {
        if (string.IsNullOrEmpty(socket))
        {
            throw Invalid("--socket", "--socket PATH is missing: the Unix socket that clients connect to.");
        }

        var path = Path.GetFullPath(socket);
        var folder = Path.GetDirectoryName(path);
        if (folder is null || Path.GetFileName(path).Length == 0)
        {
            throw Invalid("--socket", $"--socket {socket} names a folder; it has to name a file in one.");
        }

        if (Encoding.UTF8.GetByteCount(folder) > LongestFolder || Encoding.UTF8.GetByteCount(path) > 107)
        {
            throw Invalid("--socket", $"--socket {path} is too long for Unix sockets: its folder may have {LongestFolder} bytes.");
        }

        return path;
    }

    private static int Count(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MostStandby
            ? count
            : throw Invalid(name, $"{name} {value}: expected a number between 0 and {MostStandby}.");

    private static FirstWorkerDevice Device(string name, string value) => value switch
    {
        "cpu" => FirstWorkerDevice.Cpu,
        "gpu" => FirstWorkerDevice.Gpu,
        _ => throw Invalid(name, $"{name} {value}: expected cpu or gpu."),
    };

    private static TimeSpan Seconds(string name, string value, double least) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds >= least && seconds <= LongestSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw Invalid(name, $"{name} {value}: expected seconds between {least.ToString(CultureInfo.InvariantCulture)} and {LongestSeconds}.");

    private static long Bytes(string name, string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes > 0
            ? bytes
            : throw Invalid(name, $"{name} {value}: expected bytes, a whole number from 1.");

    private static string ParentOf(string folder) => Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder)) ?? folder;

    private static SupervisorException Invalid(string subject, string message) => new(ErrorCodes.InvalidRequest, message, subject);
}
