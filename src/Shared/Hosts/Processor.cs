namespace LmDeploy.Hosts;

/// <summary>The processor of this host.</summary>
internal static class Processor
{
    private const string CpuInfo = "/proc/cpuinfo";

    /// <summary>What it is called; null where that is not known.</summary>
    public static string? Name() => File.Exists(CpuInfo)
        ? File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        : null;
}
