namespace LmDeploy.Engine.Decoders;

/// <summary>The memory this process may still take on the host.</summary>
internal static class AvailableMemory
{
    /// <summary>Bytes that are free now, within the host's memory and the container's limit.</summary>
    public static long Bytes()
    {
        var limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - Environment.WorkingSet;
        return Math.Max(0, Math.Min(limit, Read("/proc/meminfo", "MemAvailable:") ?? limit));
    }

    /// <summary>
    /// Bytes that this process may still take under a limit on its resident memory. File-backed pages, which the kernel can drop, do not count.
    /// </summary>
    public static long BytesLeftOf(long limit)
    {
        const string status = "/proc/self/status";
        return Math.Max(0, limit - (Read(status, "RssAnon:") ?? Environment.WorkingSet) - (Read(status, "RssShmem:") ?? 0));
    }

    private static long? Read(string file, string key)
    {
        try
        {
            var line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
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
