using System.Runtime.InteropServices;

namespace LmDeploy.EndToEnd.Tests.Processes;

/// <summary>Real signals to real processes.</summary>
internal static partial class Signals
{
    public static void Kill(int pid) => Send(pid, 9);

    public static void Stop(int pid) => Send(pid, 19);

    public static void Terminate(int pid) => Send(pid, 15);

    private static void Send(int pid, int signal) => SendSignal(pid, signal).ShouldBe(0, $"signal {signal} to process {pid}");

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
