using System.Globalization;

namespace LmDeploy.Supervisor.Admission;

/// <summary>
/// Reads total and available memory of this host and of each control group (version 1 or 2) of this process. Reclaimable page cache counts as free.
/// Stateless; safe from any thread.
/// </summary>
/// <param name="root">Where <c>proc</c> and <c>sys</c> are.</param>
internal sealed class HostMemory(string root = "/")
{
    /// <returns>Bytes; null when not even <c>/proc/meminfo</c> can be read.</returns>
    public (long Total, long Free)? Read()
    {
        if (ReadText("proc/meminfo") is not { } host || Value(host, "MemTotal:") is not { } total || Value(host, "MemAvailable:") is not { } available)
        {
            return null;
        }

        var (least, free) = (total * 1024, available * 1024);
        foreach (var group in Groups())
        {
            if (ReadGroup(group) is { } limit)
            {
                least = Math.Min(least, limit.Total);
                free = Math.Min(free, limit.Free);
            }
        }

        return (least, Math.Max(0, free));
    }

    private (long Total, long Free)? ReadGroup(string folder)
    {
        var second = ReadNumber(folder, "memory.max");
        if ((second ?? ReadNumber(folder, "memory.limit_in_bytes")) is not { } limit
            || ReadNumber(folder, second is null ? "memory.usage_in_bytes" : "memory.current") is not { } used)
        {
            return null;
        }

        var statistics = ReadText(folder + "/memory.stat") ?? "";
        var prefix = second is null ? "total_" : "";
        var cache = (Value(statistics, prefix + "inactive_file") ?? 0) + (Value(statistics, prefix + "active_file") ?? 0);
        return (limit, limit - Math.Max(0, used - cache));
    }

    /// <summary>
    /// Every group from this process's own up to the root: each has a limit of its own. In a container the path may be one of the host's, which is not there.
    /// </summary>
    private IEnumerable<string> Groups()
    {
        foreach (var line in (ReadText("proc/self/cgroup") ?? "").Split('\n'))
        {
            var parts = line.Split(':', 3);
            if (parts.Length < 3 || (parts[1].Length > 0 && !parts[1].Split(',').Contains("memory")))
            {
                continue;
            }

            var mount = parts[1].Length == 0 ? "sys/fs/cgroup" : "sys/fs/cgroup/memory";
            for (var path = parts[2].Trim('/'); ; path = path[..Math.Max(0, path.LastIndexOf('/'))])
            {
                yield return path.Length == 0 ? mount : $"{mount}/{path}";
                if (path.Length == 0)
                {
                    break;
                }
            }
        }
    }

    /// <summary>A file of one number; null for <c>max</c> and for what is not there.</summary>
    private long? ReadNumber(string folder, string file) =>
        long.TryParse(ReadText($"{folder}/{file}")?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long? Value(string text, string name)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                var value = line[name.Length..].Trim();
                var end = value.IndexOf(' ');
                return long.TryParse(end < 0 ? value : value[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
            }
        }

        return null;
    }

    private string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(Path.Combine(root, path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
