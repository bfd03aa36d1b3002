using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LmDeploy.Files;

/// <summary>The part of <c>struct statx</c> that tells whose a file is, what it is and which one.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal partial struct FileStatus
{
    private const int FromWorkingFolder = -100; // AT_FDCWD: relative paths start at the working folder.
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW: a link is looked at itself.
    private const int OfDescriptor = 0x1000; // AT_EMPTY_PATH: without a path, the descriptor itself is looked at.
    private const uint TypeModeOwnerAndInode = 0x1 | 0x2 | 0x8 | 0x100; // STATX_TYPE | STATX_MODE | STATX_UID | STATX_INO

    [FieldOffset(20)]
    public uint Owner;

    [FieldOffset(28)]
    public ushort Mode;

    [FieldOffset(32)]
    public ulong Inode;

    [FieldOffset(136)]
    public uint DeviceMajor;

    [FieldOffset(140)]
    public uint DeviceMinor;

    /// <summary>The number of its device, as <c>stat</c> has it (<c>makedev</c>).</summary>
    public readonly ulong Device => ((ulong)(DeviceMajor & 0xFFFFF000) << 32) | ((DeviceMajor & 0xFFF) << 8) | ((ulong)(DeviceMinor & 0xFFFFFF00) << 12)
        | (DeviceMinor & 0xFF);

    public readonly bool IsFolder => (Mode & 0xF000) == 0x4000;

    public readonly bool IsRegular => (Mode & 0xF000) == 0x8000;

    /// <summary>In words, for errors.</summary>
    public readonly string Kind => (Mode & 0xF000) switch
    {
        0x1000 => "a named pipe",
        0x2000 or 0x6000 => "a device",
        0x4000 => "a folder",
        0x8000 => "a file",
        0xA000 => "a symbolic link",
        0xC000 => "a socket",
        _ => "of an unknown kind",
    };

    /// <summary>Looks at what is at a path, at a link itself where it is one.</summary>
    /// <returns>False when there is nothing, or it cannot be looked at; the last P/Invoke error says why.</returns>
    public static bool TryRead(string path, out FileStatus status) => Status(FromWorkingFolder, path, NoFollow, TypeModeOwnerAndInode, out status) == 0;

    /// <summary>Looks at what is open.</summary>
    /// <returns>False when it cannot be looked at; the last P/Invoke error says why.</returns>
    public static bool TryRead(SafeFileHandle file, out FileStatus status)
    {
        var added = false;
        try
        {
            file.DangerousAddRef(ref added);
            return Status((int)file.DangerousGetHandle(), "", OfDescriptor, TypeModeOwnerAndInode, out status) == 0;
        }
        finally
        {
            if (added)
            {
                file.DangerousRelease();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, out FileStatus status);
}
