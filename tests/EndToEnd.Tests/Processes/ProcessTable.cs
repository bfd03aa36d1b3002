namespace LmDeploy.EndToEnd.Tests.Processes;

/// <summary>What /proc says about processes.</summary>
internal static class ProcessTable
{
    private const int StartTicks = 19; // Field 22 of /proc/PID/stat, counted from the state.

    /// <summary>The pids and command lines of the processes whose command line names a text; zombies are not among them.</summary>
    public static IReadOnlyDictionary<int, string> Naming(string text) =>
        Directory.GetDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && pid != Environment.ProcessId)
            .Select(pid => (Pid: pid, CommandLine: CommandLine(pid)))
            .Where(process => process.CommandLine.Contains(text, StringComparison.Ordinal))
            .ToDictionary(process => process.Pid, process => process.CommandLine);

    public static bool Exists(int pid) => State(pid) is not (null or 'Z' or 'X');

    public static bool IsZombie(int pid) => State(pid) == 'Z';

    /// <summary>Children that have ended and were not reaped.</summary>
    public static int ZombiesOf(int parent) => Directory.GetDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), out var pid) ? Fields(pid) : null)
        .Count(fields => fields is ["Z", var owner, ..] && int.Parse(owner) == parent);

    /// <summary>When a process started, by <see cref="Clock"/>, to a hundredth of a second.</summary>
    public static TimeSpan StartOf(int pid) => TimeSpan.FromMilliseconds(10 * long.Parse(Fields(pid).ShouldNotBeNull($"process {pid} is gone")[StartTicks]));

    public static long ResidentBytes(int pid) => Status(pid, "VmRSS:") << 10;

    /// <summary>The most that was resident since its start.</summary>
    public static long PeakBytes(int pid) => Status(pid, "VmHWM:") << 10;

    public static int Threads(int pid) => (int)Status(pid, "Threads:");

    /// <summary>Open descriptors but those of libraries, which .NET opens when it first needs them and keeps.</summary>
    public static int Descriptors(int pid) =>
        Directory.GetFiles($"/proc/{pid}/fd").Count(descriptor => new FileInfo(descriptor).LinkTarget?.EndsWith(".dll", StringComparison.Ordinal) != true);

    /// <summary>The name that `ps` shows, at most 15 characters.</summary>
    public static string Name(int pid) => File.ReadAllText($"/proc/{pid}/comm").Trim();

    private static long Status(int pid, string key) =>
        long.Parse(File.ReadLines($"/proc/{pid}/status")
            .First(line => line.StartsWith(key, StringComparison.Ordinal))[key.Length..]
            .Replace("kB", "", StringComparison.Ordinal));

    private static char? State(int pid) => Fields(pid)?[0][0];

    /// <summary>What /proc/PID/stat has from the state on; null when there is no such process.</summary>
    private static string[]? Fields(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
