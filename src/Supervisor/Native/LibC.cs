using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LmDeploy.Supervisor.Native;

/// <summary>What the supervisor needs of the C library and .NET does not offer. Linux on x64 and arm64.</summary>
internal static partial class LibC
{
    public const int SigKill = 9;
    public const int SigTerm = 15;
    public const int LockExclusive = 2;
    public const int LockNow = 4;
    public const int LockRelease = 8;
    public const int OpenAppend = 0x1 | 0x40 | 0x400 | 0x80000; // O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC
    public const int OpenReadWrite = 0x2;
    public const int OpenOrCreate = 0x2 | 0x40 | 0x80000; // O_RDWR | O_CREAT | O_CLOEXEC

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

    /// <summary>Signals a process, or with a negative number the whole process group.</summary>
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    public static partial int CreateSession();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    public static partial int Duplicate(SafeFileHandle from, int to);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Status(int folder, string path, int flags, uint mask, out FileStatus status);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long first, long second, long third, long fourth);
}
