namespace LmDeploy.EndToEnd.Tests.Processes;

/// <summary>What else the machine has to do.</summary>
internal static class Machine
{
    /// <summary>A test that runs alone brings about three threads a core to run.</summary>
    private const int ThreadsOfATest = 4;

    /// <summary>Whether so much wants to run that a bound in seconds says more about the others than about what is measured.</summary>
    public static bool IsCrowded => LoadAverage > ThreadsOfATest * Environment.ProcessorCount;

    /// <summary>Threads that ran or wanted to, on average of the last minute.</summary>
    public static double LoadAverage => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0]);
}
