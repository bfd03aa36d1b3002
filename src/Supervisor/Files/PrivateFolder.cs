using System.Runtime.InteropServices;
using LmDeploy.Files;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Native;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Files;

/// <summary>The folder of the supervisor's socket, which only its user may enter.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes the folder, or checks that it is ours alone.</summary>
    /// <exception cref="SupervisorException">It belongs to somebody else, others may enter it, or it is a link or a file.</exception>
    public static void Ensure(string folder)
    {
        Directory.CreateDirectory(folder, Private);
        if (!FileStatus.TryRead(folder, out var status))
        {
            throw Refuse(folder, $"it cannot be looked at: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        if (!status.IsFolder)
        {
            throw Refuse(folder, "it is no folder itself; links are not followed");
        }

        if (status.Owner != LibC.EffectiveUser())
        {
            throw Refuse(folder, $"it belongs to user {status.Owner}");
        }

        // Not corrected here: a folder that others use, such as /tmp, must not be closed to them by accident.
        if ((File.GetUnixFileMode(folder) & ~Private) != UnixFileMode.None)
        {
            throw Refuse(folder, "others may enter it; its mode has to be 0700");
        }
    }

    private static SupervisorException Refuse(string folder, string why) =>
        new(ErrorCodes.SupervisorUnavailable, $"{folder} cannot hold the supervisor's socket: {why}. Choose a folder of your own with --socket.", folder);
}
