using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LmDeploy.Engine.Native;

/// <summary>The Linux calls a worker needs to tie its life to its supervisor's.</summary>
internal static partial class LibC
{
    public const int SigKill = 9;

    private const int PrSetPdeathsig = 1;
    private const int PrSetDumpable = 4;
    private const int RlimitCore = 4;
    private const long SysPidfdOpen = 434;
    private const long SysCloseRange = 436;
    private const long CloseRangeCloexec = 4;
    private const short PollIn = 1;
    private const uint MfdCloexec = 1;

    [LibraryImport("libc", EntryPoint = "getppid")]
    public static partial int GetParentProcessId();

    /// <summary>Makes this process the leader of a session and a process group of its own, so that signals to either reach all it starts.</summary>
    /// <returns>False when it leads a group already.</returns>
    public static bool StartSession() => SetSid() > 0;

    /// <summary>Ends the process at once: no handlers, no finalizers, no waiting for native threads.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void ExitNow(int status);

    /// <summary>Asks the kernel to send <paramref name="signal"/> to this process when the thread that started it ends.</summary>
    public static bool SetParentDeathSignal(int signal) => Prctl(PrSetPdeathsig, (ulong)signal, 0, 0, 0) == 0;

    /// <summary>
    /// No core file of this process, which would hold prompts and weights, and no reading of its memory by other processes of the
    /// user. The limit alone does not stop a kernel that hands cores to a program.
    /// </summary>
    public static bool ForbidDumps() => SetRlimit(RlimitCore, new ResourceLimit()) == 0 & Prctl(PrSetDumpable, 0, 0, 0, 0) == 0;

    /// <summary>Keeps every descriptor from 3 on out of the processes that this one starts; kernels before 5.11 cannot.</summary>
    public static bool KeepDescriptors() => Syscall(SysCloseRange, 3, int.MaxValue, CloseRangeCloexec) == 0;

    /// <summary>Opens a descriptor that becomes readable when the process ends, or -1 where the kernel has none.</summary>
    public static int OpenPidFd(int pid) => (int)Syscall(SysPidfdOpen, pid, 0, 0);

    /// <summary>Makes a file that lives in memory and has no name, so that nothing of it can stay behind.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static SafeFileHandle CreateMemoryFile(string name)
    {
        var descriptor = MemFdCreate(name, MfdCloexec);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException($"memfd_create failed with error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>Blocks until the descriptor is readable.</summary>
    /// <returns>False when it cannot be waited for.</returns>
    public static bool WaitReadable(int fileDescriptor)
    {
        const int interrupted = 4;
        while (true)
        {
            var entry = new PollEntry { FileDescriptor = fileDescriptor, Events = PollIn };
            var ready = Poll(ref entry, 1, -1);
            if (ready > 0)
            {
                return true;
            }

            if (ready < 0 && Marshal.GetLastPInvokeError() != interrupted)
            {
                return false;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    private static partial int SetSid();

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemFdCreate(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Prctl(int option, ulong arg2, ulong arg3, ulong arg4, ulong arg5);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetRlimit(int resource, in ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Syscall(long number, long arg1, long arg2, long arg3);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollEntry entries, ulong count, int timeoutMilliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int FileDescriptor;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct ResourceLimit
    {
        public readonly ulong Soft;
        public readonly ulong Hard;
    }
}
