namespace LmDeploy.EndToEnd.Tests.Processes;

/// <summary>
/// A runtime folder of a test's own, with whatever supervisors are started in it. Disposing it fails when a process, a socket or a
/// folder is left, and cleans up.
/// </summary>
internal sealed class Sandbox : IAsyncDisposable
{
    /// <summary>How long a shared supervisor stays in a sandbox when nobody needs it, in seconds.</summary>
    public const int IdleSeconds = 2;

    private static readonly TimeSpan LeaveDeadline = TimeSpan.FromSeconds(IdleSeconds + 15);

    public Sandbox()
    {
        Folder = Directory.CreateTempSubdirectory("lmd-").FullName;
        File.SetUnixFileMode(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string Folder { get; }

    /// <summary>Processes that run in this sandbox: supervisors and workers.</summary>
    public IReadOnlyDictionary<int, string> Processes => ProcessTable.Naming(Folder);

    public IReadOnlyList<int> Workers => [.. Processes.Where(process => process.Value.Contains("lmdeploy-worker", StringComparison.Ordinal)).Select(process => process.Key)];

    public IReadOnlyList<int> Supervisors => [.. Processes.Where(process => process.Value.Contains("lmdeploy-supervisor", StringComparison.Ordinal)).Select(process => process.Key)];

    /// <summary>Sockets and folders; lock and log files of a supervisor may stay.</summary>
    public IReadOnlyList<string> Leftovers => [.. Directory.GetFileSystemEntries(Folder, "*", SearchOption.AllDirectories)
        .Where(entry => Directory.Exists(entry) || entry.EndsWith(".sock", StringComparison.Ordinal))];

    /// <summary>A private supervisor in this sandbox.</summary>
    public Supervisor StartSupervisor() =>
        Supervisor.Private(new SupervisorOptions { Home = Repository.Home, SocketPath = Path.Combine(Folder, "s.sock") });

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Eventually.BeAsync(() => string.Join("; ", Processes.Values), seen => seen.Length == 0, $"every process in {Folder} to leave", LeaveDeadline);
            Leftovers.ShouldBeEmpty();
        }
        finally
        {
            foreach (var pid in Processes.Keys)
            {
                Signals.Kill(pid);
            }

            Directory.Delete(Folder, recursive: true);
        }
    }
}
