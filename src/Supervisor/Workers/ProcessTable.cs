using System.Globalization;
using LmDeploy.Supervisor.Shortages;

namespace LmDeploy.Supervisor.Workers;

/// <summary>
/// Reads the kernel's list of processes. Stateless; safe from any thread. Every member fails with a <see cref="ResourceShortage"/> where no descriptor is left
/// to look with: that says nothing about a process.
/// </summary>
/// <param name="root">Where procfs is mounted.</param>
internal sealed class ProcessTable(string root = "/proc")
{
    /// <summary>The process that has this number now; null when there is none.</summary>
    public ProcessRecord? Find(int pid) =>
        Read(pid, "stat") is { } line && ProcessRecord.TryParse(line, out var record) ? record : null;

    /// <summary>Whether this very process still runs; a zombie does not.</summary>
    public bool IsRunning(ProcessIdentity identity) =>
        Find(identity.Pid) is { IsZombie: false } record && record.Identity == identity;

    /// <summary>Every process that runs in the leader's session or process group, or descends from it; the leader too.</summary>
    public IReadOnlyList<ProcessIdentity> FindTree(ProcessIdentity leader)
    {
        var records = new Dictionary<int, ProcessRecord>();
        foreach (var folder in Directory.EnumerateDirectories(root))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), CultureInfo.InvariantCulture, out var pid) && Find(pid) is { IsZombie: false } record)
            {
                records[pid] = record;
            }
        }

        return [.. records.Values.Where(record => Belongs(record, leader, records)).Select(record => record.Identity)];
    }

    /// <summary>The memory of a process; zero when it is gone.</summary>
    public ProcessMemory ReadMemory(ProcessIdentity identity)
    {
        if (!IsRunning(identity) || Read(identity.Pid, "status") is not { } status)
        {
            return default;
        }

        return new ProcessMemory(Kibibytes(status, "VmRSS:"), Kibibytes(status, "VmHWM:"));
    }

    /// <summary>The bytes of a process that the kernel cannot reclaim: resident memory without file-backed pages.</summary>
    public long ReadUnreclaimable(ProcessIdentity identity) =>
        IsRunning(identity) && Read(identity.Pid, "status") is { } status ? Kibibytes(status, "RssAnon:") + Kibibytes(status, "RssShmem:") : 0;

    private static bool Belongs(ProcessRecord record, ProcessIdentity leader, Dictionary<int, ProcessRecord> records)
    {
        // Nothing that is older than the leader can come from it: its number had another owner then.
        if (record.Identity.StartTicks < leader.StartTicks)
        {
            return false;
        }

        if (record.Identity.Pid == leader.Pid)
        {
            return record.Identity == leader;
        }

        if (record.Session == leader.Pid || record.Group == leader.Pid)
        {
            return true;
        }

        var ancestor = record;
        for (var depth = 0; depth < records.Count && records.TryGetValue(ancestor.Parent, out var parent); depth++)
        {
            if (parent.Identity == leader)
            {
                return true;
            }

            ancestor = parent;
        }

        return false;
    }

    private static long Kibibytes(string status, string field)
    {
        foreach (var line in status.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(field, StringComparison.Ordinal))
            {
                var value = line[field.Length..].Trim();
                var end = value.IndexOf(' ');
                return long.TryParse(end < 0 ? value : value[..end], CultureInfo.InvariantCulture, out var kibibytes) ? kibibytes * 1024 : 0;
            }
        }

        return 0;
    }

    /// <summary>A process may end between any two looks at it: what cannot be read is not there, unless nothing can be opened at the moment.</summary>
    private string? Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(root, pid.ToString(CultureInfo.InvariantCulture), file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException && !ResourceShortage.Is(exception))
        {
            return null;
        }
    }
}
