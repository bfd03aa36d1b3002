using System.Runtime.InteropServices;

namespace LmDeploy.FakeWorker;

internal static partial class LibC
{
    [LibraryImport("libc", EntryPoint = "setsid")]
    public static partial int CreateSession();

    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void ExitNow(int code);

    [LibraryImport("libc", EntryPoint = "abort")]
    public static partial void Abort();

    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Kill(int pid, int signal);
}
