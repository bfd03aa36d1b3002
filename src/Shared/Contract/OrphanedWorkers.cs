using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace LmDeploy.V1;

/// <summary>
/// Ends workers whose supervisor was killed and whose own guards failed. A process is ended only when its number, its start time and
/// the hash of its token on its command line are those that its supervisor noted; all three stay readable in /proc whatever a process does.
/// </summary>
[SupportedOSPlatform("linux")]
internal static partial class OrphanedWorkers
{
    private const int SigKill = 9;
    private const short Readable = 1; // POLLIN
    private const long PidfdSendSignal = 424;
    private const long PidfdOpen = 434;
    private const int LongestExit = 1000; // milliseconds

    /// <summary>
    /// Ends orphaned workers of supervisors that are gone, and removes their records and control groups. A worker that survives for a second keeps
    /// its record for the next cleanup. Does nothing on kernels before 5.3, which have no pidfd.
    /// </summary>
    /// <param name="folder">Where the supervisors' sockets are.</param>
    public static void End(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "w-*" + WorkerRecord.Suffix))
        {
            if (WorkerRecord.TryRead(file) is not { } record)
            {
                File.Delete(file);
            }
            else if (StartOf(record.Supervisor) != record.SupervisorStart && TryEnd(record) && TryRemoveGroup(record.Cgroup))
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>When a process started, in the kernel's ticks since boot.</summary>
    /// <returns>Null when there is none, or when it has ended and only waits to be reaped.</returns>
    public static long? StartOf(int pid)
    {
        // The name, which is in parentheses, may hold spaces and parentheses of its own.
        var line = Read(pid, "stat");
        var fields = line[(line.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length >= 20 && fields[0] is not ("Z" or "X") && long.TryParse(fields[19], NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            ? start
            : null;
    }

    /// <returns>Whether the worker is gone.</returns>
    private static bool TryEnd(WorkerRecord record)
    {
        // Held from before the proof, so that it is the process that was proven.
        using var process = new SafeFileHandle((nint)SystemCall(PidfdOpen, record.Worker, 0, 0, 0), ownsHandle: true);
        if (process.IsInvalid || !IsProven(record))
        {
            return true;
        }

        // A worker leads its group, and nobody else gets the group's number while the worker is there.
        _ = Kill(-record.Worker, SigKill);
        var descriptor = process.DangerousGetHandle();
        _ = SystemCall(PidfdSendSignal, descriptor, SigKill, 0, 0);
        var wait = new PollEntry { FileDescriptor = (int)descriptor, Events = Readable };
        return Poll(ref wait, 1, LongestExit) > 0;
    }

    private static bool IsProven(WorkerRecord record)
    {
        var arguments = Read(record.Worker, "cmdline").Split('\0');
        var option = Array.IndexOf(arguments, WorkerRecord.Option);
        return StartOf(record.Worker) == record.WorkerStart && option >= 0 && option + 1 < arguments.Length && arguments[option + 1] == record.TokenHash;
    }

    private static bool TryRemoveGroup(string cgroup)
    {
        try
        {
            if (cgroup.Length > 0)
            {
                Directory.Delete(cgroup);
            }

            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long SystemCall(long number, long first, long second, long third, long fourth);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollEntry entries, ulong count, int timeoutMilliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int FileDescriptor;
        public short Events;
        public short Returned;
    }
}
