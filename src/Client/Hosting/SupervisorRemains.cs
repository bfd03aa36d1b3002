using System.Globalization;

namespace LmDeploy.Hosting;

/// <summary>What a supervisor that was killed could not remove itself: its socket, and the folders of workers it had not met yet.</summary>
internal static class SupervisorRemains
{
    private const string WorkerFolderPrefix = "w-";

    /// <summary>Removes the remains; does nothing while a supervisor holds the socket's lock, which the kernel frees at its death.</summary>
    public static void Remove(string socketPath)
    {
        try
        {
            using var claim = new FileStream($"{socketPath}.lock", FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            File.Delete(socketPath);
            foreach (var folder in Directory.EnumerateDirectories(Path.GetDirectoryName(socketPath)!, WorkerFolderPrefix + "*").Where(IsOfTheDead))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another supervisor has the lock, or another client was faster; the next supervisor looks after the rest.
        }
    }

    /// <summary>Worker folders are called <c>w-SUPERVISOR-NUMBER</c>.</summary>
    private static bool IsOfTheDead(string folder)
    {
        var parts = Path.GetFileName(folder).Split('-');
        return parts.Length == 3 && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var pid) && !Directory.Exists($"/proc/{pid}");
    }
}
