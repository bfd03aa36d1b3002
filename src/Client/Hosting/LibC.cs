using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace LmDeploy.Hosting;

/// <summary>What .NET does not say about files and users.</summary>
[SupportedOSPlatform("linux")]
internal static partial class LibC
{
    private const int CurrentFolder = -100;
    private const int DoNotFollowLinks = 0x100;
    private const uint TypeModeAndOwner = 0x1 | 0x2 | 0x8;
    private const int TypeMask = 0xF000;
    private const int FolderType = 0x4000;
    private const int Execute = 1; // X_OK

    /// <summary>The user this process acts for.</summary>
    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint GetEffectiveUser();

    /// <summary>Whether this user may execute a file; not when there is none.</summary>
    public static bool CanExecute(string path) => Access(path, Execute) == 0;

    /// <summary>The owner of a path and whether it is a folder, links not followed.</summary>
    public static (uint Owner, bool IsFolder) Inspect(string path)
    {
        if (GetStatus(CurrentFolder, path, DoNotFollowLinks, TypeModeAndOwner, out var status) != 0)
        {
            throw new IOException($"{path} cannot be inspected: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        return (status.Owner, (status.Mode & TypeMask) == FolderType);
    }

    /// <summary>The path with every link resolved.</summary>
    public static unsafe string ResolveLinks(string path)
    {
        var resolved = stackalloc byte[4096];
        return Resolve(path, resolved) != null
            ? Marshal.PtrToStringUTF8((nint)resolved)!
            : throw new IOException($"{path} cannot be resolved: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetStatus(int folder, string path, int flags, uint mask, out FileStatus status);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial byte* Resolve(string path, byte* resolved);

    /// <summary><c>struct statx</c>, the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct FileStatus
    {
        [FieldOffset(20)]
        public uint Owner;

        [FieldOffset(28)]
        public ushort Mode;
    }
}
