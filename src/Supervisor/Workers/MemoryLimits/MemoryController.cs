using System.Globalization;
using System.Text.RegularExpressions;

namespace LmDeploy.Supervisor.Workers.MemoryLimits;

/// <summary>
/// The control group of this process as far as memory goes, version 1 or 2, under which workers can have groups of their own. Version
/// 2 lets a group have limited children only when it has no processes itself: where this process is alone in its group, as in a
/// delegated service, it moves into a child first. Not thread-safe.
/// </summary>
internal sealed partial class MemoryController
{
    private const string OwnGroup = "lmdeploy-supervisor";

    private readonly string _folder;
    private readonly bool _isUnified;

    private MemoryController(string folder, bool isUnified)
    {
        _folder = folder;
        _isUnified = isUnified;
    }

    /// <summary>How many processes of this group the kernel has killed because memory ran out; null when it does not say.</summary>
    public long? OomKills => ReadOomKills(_folder, _isUnified);

    /// <param name="root">Where the file system begins.</param>
    /// <returns>Null where the memory of this process is not accounted for, or its group cannot be seen.</returns>
    public static MemoryController? Find(string root = "/")
    {
        try
        {
            var mounts = Path.Combine(root, "sys/fs/cgroup");
            var groups = File.ReadAllLines(Path.Combine(root, "proc/self/cgroup"))
                .Select(line => line.Split(':', 3))
                .Where(parts => parts.Length == 3)
                .ToList();
            return groups.Find(parts => parts[1].Split(',').Contains("memory")) is { } first
                ? Open(Path.Combine(mounts, "memory"), first[2], isUnified: false)
                : groups.Find(parts => parts[1].Length == 0) is { } second ? Open(mounts, second[2], isUnified: true) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Where the group of this name would be.</summary>
    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>Makes a group, empty as yet.</summary>
    /// <exception cref="IOException">This process may not make one.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not make one.</exception>
    public MemoryGroup Create(string name, long limit)
    {
        if (_isUnified)
        {
            LetChildrenHaveLimits();
        }

        return MemoryGroup.Create(PathOf(name), limit, _isUnified);
    }

    internal static long? ReadOomKills(string group, bool isUnified)
    {
        try
        {
            var match = OomKillLine().Match(File.ReadAllText(Path.Combine(group, isUnified ? "memory.events" : "memory.oom_control")));
            return match.Success ? long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A container may see its own group as the root of what is mounted; which one it is, the list of processes tells.</summary>
    private static MemoryController? Open(string mount, string path, bool isUnified)
    {
        var folder = new[] { Path.Join(mount, path), mount }.FirstOrDefault(folder => ProcessesOf(folder).Contains(Environment.ProcessId));
        var hasMemory = folder is not null && (!isUnified || Has(Path.Combine(folder, "cgroup.controllers")));
        return hasMemory ? new MemoryController(Path.TrimEndingDirectorySeparator(folder!), isUnified) : null;
    }

    private static IReadOnlyList<int> ProcessesOf(string group)
    {
        var list = Path.Combine(group, "cgroup.procs");
        return File.Exists(list) ? [.. File.ReadAllLines(list).Select(line => int.Parse(line, CultureInfo.InvariantCulture))] : [];
    }

    private static bool Has(string controllers) => File.ReadAllText(controllers).Split([' ', '\n']).Contains("memory");

    private void LetChildrenHaveLimits()
    {
        var switches = Path.Combine(_folder, "cgroup.subtree_control");
        if (Has(switches))
        {
            return;
        }

        if (ProcessesOf(_folder) is not [var only] || only != Environment.ProcessId)
        {
            throw new IOException($"{_folder} has other processes, so its children cannot have limits.");
        }

        var own = Directory.CreateDirectory(PathOf(OwnGroup)).FullName;
        File.WriteAllText(Path.Combine(own, "cgroup.procs"), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        File.WriteAllText(switches, "+memory");
    }

    [GeneratedRegex(@"^oom_kill (\d+)$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex OomKillLine();
}
