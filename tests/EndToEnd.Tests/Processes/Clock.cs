using System.Diagnostics;

namespace LmDeploy.EndToEnd.Tests.Processes;

/// <summary>The time since the host started, by which the kernel notes when processes start.</summary>
internal static class Clock
{
    public static TimeSpan Now => Stopwatch.GetElapsedTime(0);
}
