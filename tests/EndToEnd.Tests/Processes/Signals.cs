using System.Runtime.InteropServices;

namespace LmDeploy.EndToEnd.Tests.Processes;

/// <summary>Real signals to real processes.</summary>
internal static partial class Signals
{
    public static void Kill(int pid) => Send(pid, 9);

    public static void Stop(int pid) => Send(pid, 19);

    public static void Continue(int pid) => Send(pid, 18);

    public static void Interrupt(int pid) => Send(pid, 2);

    public static void Terminate(int pid) => Send(pid, 15);

    public static void Send(int pid, int signal) => SendSignal(pid, signal).ShouldBe(0, $"signal {signal} to process {pid}");

    /// <summary>For a process that may just have ended by itself.</summary>
    /// <returns>Whether it was still there.</returns>
    public static bool TrySend(int pid, int signal) => SendSignal(pid, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
