namespace LmDeploy.Worker.Models;

/// <summary>The memory this process may still take on the host.</summary>
internal static class HostMemory
{
    /// <summary>Bytes that are free now, within the host's memory and the container's limit.</summary>
    public static long AvailableBytes()
    {
        var limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - Environment.WorkingSet;
        return Math.Max(0, Math.Min(limit, MemAvailable() ?? limit));
    }

    private static long? MemAvailable()
    {
        const string key = "MemAvailable:";
        try
        {
            var line = File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
            return line is not null && long.TryParse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), out var kibibytes)
                ? kibibytes << 10
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
