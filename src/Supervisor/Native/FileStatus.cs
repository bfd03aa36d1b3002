using System.Runtime.InteropServices;

namespace LmDeploy.Supervisor.Native;

/// <summary>The part of <c>struct statx</c> that tells whose a file is, what it is and which one.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileStatus
{
    /// <summary>AT_FDCWD: relative paths start at the working folder.</summary>
    public const int FromWorkingFolder = -100;

    /// <summary>AT_SYMLINK_NOFOLLOW: a link is looked at itself.</summary>
    public const int NoFollow = 0x100;

    /// <summary>STATX_TYPE | STATX_MODE | STATX_UID.</summary>
    public const uint TypeModeAndOwner = 0x1 | 0x2 | 0x8;

    /// <summary>AT_EMPTY_PATH: without a path, the descriptor itself is looked at.</summary>
    public const int OfDescriptor = 0x1000;

    /// <summary>STATX_INO.</summary>
    public const uint InodeNumber = 0x100;

    [FieldOffset(20)]
    public uint Owner;

    [FieldOffset(28)]
    public ushort Mode;

    [FieldOffset(32)]
    public ulong Inode;

    /// <summary>S_IFDIR in the file type's bits.</summary>
    public readonly bool IsFolder => (Mode & 0xF000) == 0x4000;
}
