namespace LmDeploy.EndToEnd.Tests.Processes;

/// <summary>
/// A runtime folder of a test's own, with whatever supervisors are started in it. Disposing it fails when a process, a socket or a
/// folder is left, and cleans up.
/// </summary>
internal sealed class Sandbox : IAsyncDisposable
{
    /// <summary>How long a shared supervisor stays in a sandbox when nobody needs it, in seconds.</summary>
    public const int IdleSeconds = 2;

    private static readonly TimeSpan LeaveDeadline = TimeSpan.FromSeconds(IdleSeconds + 60);

    private readonly string[] _sharedMemory = SharedMemory();

    public Sandbox()
    {
        Folder = Directory.CreateTempSubdirectory("lmd-").FullName;
        Variables["LMDEPLOY_RUNTIME_DIR"] = Folder;
        Variables["LMDEPLOY_IDLE_TIMEOUT"] = IdleSeconds.ToString();
        Variables["LMDEPLOY_HOME"] = Repository.Home;
        File.SetUnixFileMode(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string Folder { get; }

    /// <summary>What commands see of their environment, beside that of the tests.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>A program, with its arguments, that runs commands in its place, such as one that sets a limit first.</summary>
    public IReadOnlyList<string> Prefix { get; init; } = [];

    /// <summary>Processes that run in this sandbox: supervisors and workers.</summary>
    public IReadOnlyDictionary<int, string> Processes => ProcessTable.Naming(Folder);

    public IReadOnlyList<int> Workers =>
    [
        .. Processes.Where(process => process.Value.Contains("lmdeploy-worker", StringComparison.Ordinal)).Select(process => process.Key),
    ];

    public IReadOnlyList<int> Supervisors =>
    [
        .. Processes.Where(process => process.Value.Contains("lmdeploy-supervisor", StringComparison.Ordinal)).Select(process => process.Key),
    ];

    /// <summary>Sockets and folders; lock and log files of a supervisor may stay.</summary>
    public IReadOnlyList<string> Leftovers => [.. Directory.GetFileSystemEntries(Folder, "*", SearchOption.AllDirectories)
        .Where(entry => Directory.Exists(entry) || entry.EndsWith(".sock", StringComparison.Ordinal))];

    /// <summary>The folders that supervisors and workers meet in, before they have.</summary>
    public IReadOnlyList<string> MeetingPlaces => Directory.GetDirectories(Folder, "w-*");

    /// <summary>A private supervisor in this sandbox.</summary>
    public Supervisor StartSupervisor(SupervisorOptions? options = null) =>
        Supervisor.StartPrivate((options ?? new SupervisorOptions()) with
        {
            Home = options?.Home ?? Repository.Home, SocketPath = options?.SocketPath ?? Path.Combine(Folder, "s.sock"),
        });

    /// <summary>A private supervisor of an installation of the test's.</summary>
    public Supervisor StartSupervisor(Installation installation) => StartSupervisor(new SupervisorOptions { Home = installation.Home });

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Eventually.BeAsync(() => string.Join("; ", Processes.Values), seen => seen.Length == 0, $"every process in {Folder} to leave", LeaveDeadline);
            Leftovers.ShouldBeEmpty();
            SharedMemory().Except(_sharedMemory).ShouldBeEmpty("shared memory that nobody took away");
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

    private static string[] SharedMemory() => Directory.GetFileSystemEntries("/dev/shm");
}
