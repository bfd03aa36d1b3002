namespace LmDeploy.EndToEnd.Tests.Processes;

/// <summary>What else the machine has to do.</summary>
internal static class Machine
{
    /// <summary>Threads that ran or wanted to, on average of the last minute.</summary>
    public static double LoadAverage => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0]);
}
