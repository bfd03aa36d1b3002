using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LmDeploy.Supervisor.Native;

/// <summary>Calls of the C library that .NET does not offer. Linux on x64 and arm64.</summary>
internal static partial class LibC
{
    public const int SigKill = 9;
    public const int SigTerm = 15;
    public const int Execute = 1; // X_OK
    public const int LockExclusive = 2;
    public const int LockNow = 4;
    public const int LockRelease = 8;
    public const int OpenAppend = 0x1 | 0x40 | 0x400 | 0x80000; // O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC
    public const int OpenReadWrite = 0x2;
    public const int OpenReadNow = 0x800 | 0x80000; // O_RDONLY | O_NONBLOCK | O_CLOEXEC
    public const int OpenOrCreate = 0x2 | 0x40 | 0x80000; // O_RDWR | O_CREAT | O_CLOEXEC

    private const int SetDumpable = 4; // PR_SET_DUMPABLE
    private const int CoreLimit = 4; // RLIMIT_CORE
    private const int DescriptorLimit = 7; // RLIMIT_NOFILE
    private const int CloseOnExec = 4; // CLOSE_RANGE_CLOEXEC
    private const long CloseRange = 436;
    private const long PidfdSendSignal = 424;
    private const long PidfdOpen = 434;

    /// <summary>A descriptor that stays with this very process, however its number is used later; invalid on kernels before 5.3.</summary>
    public static SafeFileHandle OpenProcess(int pid) => new((nint)SystemCall(PidfdOpen, pid, 0, 0, 0), ownsHandle: true);

    /// <returns>Whether the process was there to be signalled.</returns>
    public static bool SignalProcess(SafeFileHandle process, int signal)
    {
        var added = false;
        try
        {
            process.DangerousAddRef(ref added);
            return SystemCall(PidfdSendSignal, process.DangerousGetHandle(), signal, 0, 0) == 0;
        }
        finally
        {
            if (added)
            {
                process.DangerousRelease();
            }
        }
    }

    /// <summary>Keeps every descriptor from 3 on out of the processes that this one starts; kernels before 5.11 cannot.</summary>
    public static bool KeepDescriptors() => SystemCall(CloseRange, 3, int.MaxValue, CloseOnExec, 0) == 0;

    /// <summary>No core file of this process, not even to a pipe, and no other process of the user may read its memory.</summary>
    public static bool ForbidDumps() => SetResourceLimit(CoreLimit, default) == 0 & ProcessControl(SetDumpable, 0, 0, 0, 0) == 0;

    /// <summary>Raises the number of descriptors that this process may have to the most that it may ask for.</summary>
    /// <returns>What is allowed now.</returns>
    public static long RaiseDescriptorLimit()
    {
        if (GetResourceLimit(DescriptorLimit, out var limit) != 0)
        {
            return int.MaxValue; // The kernel does not say, so nothing is known of a limit.
        }

        var allowed = limit.Soft < limit.Hard && SetResourceLimit(DescriptorLimit, new ResourceLimit(limit.Hard, limit.Hard)) == 0 ? limit.Hard : limit.Soft;
        return (long)Math.Min(allowed, int.MaxValue);
    }

    /// <summary>Signals a process, or with a negative number the whole process group.</summary>
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    public static partial int CreateSession();

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeFileHandle file, ref byte buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    public static partial int Duplicate(SafeFileHandle from, int to);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int ProcessControl(int option, ulong first, ulong second, ulong third, ulong fourth);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetResourceLimit(int resource, in ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetResourceLimit(int resource, out ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long first, long second, long third, long fourth);

    private readonly record struct ResourceLimit(ulong Soft, ulong Hard);
}
