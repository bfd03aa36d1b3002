using System.Globalization;
using System.Net.Sockets;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Workers;

/// <summary>
/// The private folder (mode 0700) of one worker, with its sockets. The supervisor listens on <see cref="ReadySocket"/> from the start; the worker
/// connects to it once it listens on <see cref="WorkerSocket"/> itself. Disposing removes it all.
/// </summary>
internal sealed class WorkerFolder : IDisposable
{
    private const string Prefix = "w-";
    private const string WorkerSocketName = "worker.sock";
    private const string ReadySocketName = "ready.sock";
    private const string FlightName = "flight";
    private const string DraftName = "record";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly long SupervisorStart = OrphanedWorkers.StartOf(Environment.ProcessId) ?? 0;

    private static int _count;

    private readonly Socket _ready;
    private WorkerRecord? _record;

    private WorkerFolder(string path)
    {
        Path = path;
        _ready = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _ready.Bind(new UnixDomainSocketEndPoint(ReadySocket));
        _ready.Listen(backlog: 1);
        Flight = FlightRecord.Create(FlightFile);
    }

    public string Path { get; }

    public string WorkerSocket => System.IO.Path.Combine(Path, WorkerSocketName);

    /// <summary>The file of <see cref="Flight"/>.</summary>
    public string FlightFile => System.IO.Path.Combine(Path, FlightName);

    /// <summary>The worker's flight record. It outlives the folder; the owner of the worker disposes it.</summary>
    public FlightRecord Flight { get; }

    public string ReadySocket => System.IO.Path.Combine(Path, ReadySocketName);

    /// <summary>Creates a folder named after its supervisor: <c>w-SUPERVISOR-NUMBER</c>.</summary>
    public static WorkerFolder Create(string parent)
    {
        var number = Interlocked.Increment(ref _count);
        var name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{number}");
        var path = Directory.CreateDirectory(System.IO.Path.Combine(parent, name), Private).FullName;
        try
        {
            return new WorkerFolder(path);
        }
        catch
        {
            Remove(path);
            throw;
        }
    }

    /// <summary>Removes the folders of supervisors that were killed; those of a supervisor that runs stay.</summary>
    public static void RemoveStale(string parent, ProcessTable processes)
    {
        foreach (var folder in Directory.EnumerateDirectories(parent, Prefix + "*"))
        {
            var parts = System.IO.Path.GetFileName(folder).Split('-');
            if (parts.Length == 3 && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var owner)
                && (owner == Environment.ProcessId || processes.Find(owner) is null or { IsZombie: true }))
            {
                Remove(folder);
            }
        }
    }

    /// <summary>Notes, beside this folder, which process the worker is, so that it can be ended by others when this process is killed.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Record(ProcessIdentity worker, string token) => Write(
        new WorkerRecord(Environment.ProcessId, SupervisorStart, worker.Pid, worker.StartTicks, WorkerRecord.HashOf(token), ""));

    /// <summary>Adds the control group that is about to be made for the worker; only before the worker has been met.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void RecordGroup(string cgroup)
    {
        if (_record is not null)
        {
            Write(_record with { Cgroup = cgroup });
        }
    }

    /// <summary>The worker is gone and all that belonged to it.</summary>
    public void Forget()
    {
        try
        {
            File.Delete(Path + WorkerRecord.Suffix);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody has deleted the folder that all of it was in.
        }
    }

    /// <summary>Completes when the worker says that it listens.</summary>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var announcement = await _ready.AcceptAsync(cancellationToken);
    }

    public void Dispose()
    {
        _ready.Dispose();
        Remove(Path);
    }

    private void Write(WorkerRecord record)
    {
        record.Write(Path + WorkerRecord.Suffix, System.IO.Path.Combine(Path, DraftName));
        _record = record;
    }

    private static void RemoveWithStrangers(string folder)
    {
        try
        {
            Directory.Delete(folder);
        }
        catch (IOException exception) when (exception is not DirectoryNotFoundException)
        {
            Directory.Delete(folder, recursive: true); // Something that is not ours is in it.
        }
    }

    /// <summary>By the names of what is in it: to list a folder takes a descriptor, and there may be none left.</summary>
    private static void Remove(string folder)
    {
        try
        {
            foreach (var file in (ReadOnlySpan<string>)[WorkerSocketName, ReadySocketName, FlightName, DraftName])
            {
                File.Delete(System.IO.Path.Combine(folder, file));
            }

            RemoveWithStrangers(folder);
        }
        catch (DirectoryNotFoundException)
        {
            // It is gone already: removed here before, by another supervisor or by a client that look for remains too.
        }
    }
}
