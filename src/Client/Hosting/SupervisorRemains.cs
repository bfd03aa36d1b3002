using System.Globalization;
using System.Runtime.Versioning;
using LmDeploy.V1;

namespace LmDeploy.Hosting;

/// <summary>
/// What a supervisor that was killed could not remove itself: its socket, workers that did not follow it, and the folders of workers it had not met yet.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class SupervisorRemains
{
    /// <summary>
    /// Files of one <c>lmdeploy serve</c> begin with this and its process number: its settings, and where it has a place of its own its socket, lock and log.
    /// </summary>
    public const string ServerPrefix = "serve-";

    private const string WorkerFolderPrefix = "w-";

    /// <summary>
    /// Removes the remains; does nothing while a supervisor holds the socket's lock, which the kernel frees at its death. The log
    /// file is the gate that supervisors pass one at a time: one that starts meanwhile waits, and does not take this for another supervisor.
    /// </summary>
    /// <param name="socketPath">The supervisor's socket.</param>
    /// <param name="andLog">Whether the log goes as well, because nobody will use this socket again.</param>
    public static void Remove(string socketPath, bool andLog = false)
    {
        try
        {
            using var gate = new FileStream($"{socketPath}.log", FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            using var claim = new FileStream($"{socketPath}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.Delete(socketPath);
            OrphanedWorkers.End(Path.GetDirectoryName(socketPath)!);
            foreach (var folder in Directory.EnumerateDirectories(Path.GetDirectoryName(socketPath)!, WorkerFolderPrefix + "*").Where(IsOfTheDead))
            {
                Directory.Delete(folder, recursive: true);
            }

            File.Delete(claim.Name);
            if (andLog)
            {
                File.Delete(gate.Name);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another supervisor has the lock, or another client was faster; the next supervisor looks after the rest.
        }
    }

    /// <summary>Removes the files of servers whose process is gone; settings that none of them took have hashes of keys.</summary>
    /// <param name="folder">Where the sockets are.</param>
    public static void RemoveOfEndedServers(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, ServerPrefix + "*"))
        {
            var number = Path.GetFileName(file)[ServerPrefix.Length..].Split('.')[0];
            if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && pid != Environment.ProcessId
                && !Directory.Exists($"/proc/{pid}"))
            {
                File.Delete(file); // Does nothing where another command was faster.
            }
        }
    }

    /// <summary>Worker folders are called <c>w-SUPERVISOR-NUMBER</c>.</summary>
    private static bool IsOfTheDead(string folder)
    {
        var parts = Path.GetFileName(folder).Split('-');
        return parts.Length == 3 && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var pid) && !Directory.Exists($"/proc/{pid}");
    }
}
