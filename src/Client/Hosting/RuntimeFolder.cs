using System.Runtime.Versioning;
using LmDeploy.V1;

namespace LmDeploy.Hosting;

/// <summary>The folder of this user's sockets, which nobody else can enter.</summary>
[SupportedOSPlatform("linux")]
internal static class RuntimeFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>LMDEPLOY_RUNTIME_DIR, else XDG_RUNTIME_DIR/lmdeploy, else /tmp/lmdeploy-USER.</summary>
    public static string Locate()
        => Variable("LMDEPLOY_RUNTIME_DIR") is { } own ? Path.GetFullPath(own)
        : Variable("XDG_RUNTIME_DIR") is { } xdg ? Path.Join(xdg, "lmdeploy")
        : $"/tmp/lmdeploy-{LibC.GetEffectiveUser()}";

    /// <summary>Makes the folder when it is not there.</summary>
    /// <exception cref="SupervisorUnavailableException">It cannot be made, belongs to somebody else or is open to others.</exception>
    public static string Open(string path)
    {
        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
            var (owner, isFolder) = LibC.Inspect(path);
            if (!isFolder || owner != LibC.GetEffectiveUser())
            {
                throw Refused(path, isFolder ? $"it belongs to user {owner}" : "it is no folder");
            }

            if (File.GetUnixFileMode(path) != OwnerOnly)
            {
                throw Refused(path, "others may enter it; make it 0700");
            }

            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SupervisorUnavailableException(ErrorCodes.SupervisorUnavailable, $"The socket folder {path} cannot be made: {e.Message}", path, e);
        }
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static SupervisorUnavailableException Refused(string path, string reason) => new(
        ErrorCodes.SupervisorUnavailable, $"The socket folder {path} is not safe: {reason}. Or set LMDEPLOY_RUNTIME_DIR to another folder.", path);
}
