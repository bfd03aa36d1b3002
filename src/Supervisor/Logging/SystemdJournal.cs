using System.Globalization;
using LmDeploy.Files;
using Microsoft.Win32.SafeHandles;

namespace LmDeploy.Supervisor.Logging;

/// <summary>Tells whether a stream of this process goes to systemd's journal.</summary>
internal static class SystemdJournal
{
    /// <summary>systemd sets it to the device and the inode of the stream: <c>DEVICE:INODE</c>.</summary>
    public const string Variable = "JOURNAL_STREAM";

    /// <summary>Whether the variable names the file that is open; a child of a service may have another standard error.</summary>
    /// <param name="stream">The variable's value; null where it is not set.</param>
    /// <param name="descriptor">The number of the open file.</param>
    public static bool Has(string? stream, int descriptor)
    {
        using var file = new SafeFileHandle(descriptor, ownsHandle: false);
        return stream?.Split(':') is [var device, var inode]
            && FileStatus.TryRead(file, out var status)
            && device == status.Device.ToString(CultureInfo.InvariantCulture)
            && inode == status.Inode.ToString(CultureInfo.InvariantCulture);
    }
}
