using System.Globalization;

namespace LmDeploy.Supervisor.Workers.MemoryLimits;

/// <summary>A control group with a memory limit for one worker. The kernel reclaims what it can and kills the worker when that is not enough.</summary>
internal sealed class MemoryGroup
{
    private readonly bool _isUnified;

    private MemoryGroup(string path, bool isUnified)
    {
        Path = path;
        _isUnified = isUnified;
    }

    public string Path { get; }

    /// <summary>Whether the kernel has killed something in here.</summary>
    public bool WasHit => MemoryController.ReadOomKills(Path, _isUnified) > 0;

    /// <exception cref="IOException">This process may not make it.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not make it.</exception>
    public static MemoryGroup Create(string path, long limit, bool isUnified)
    {
        Directory.CreateDirectory(path);
        var group = new MemoryGroup(path, isUnified);
        try
        {
            var bytes = limit.ToString(CultureInfo.InvariantCulture);
            group.Set(isUnified ? "memory.max" : "memory.limit_in_bytes", bytes);
            if (isUnified)
            {
                group.Set("memory.oom.group", "1");
            }

            group.TryForbidSwap(bytes);
            return group;
        }
        catch
        {
            group.TryRemove();
            throw;
        }
    }

    /// <summary>Moves a process in. What it holds already stays on the account of the group that it comes from.</summary>
    public void Add(int pid) => Set("cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));

    /// <returns>False while there is still a process in it.</returns>
    public bool TryRemove()
    {
        try
        {
            Directory.Delete(Path);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Set(string file, string value) => File.WriteAllText(System.IO.Path.Combine(Path, file), value);

    /// <summary>Disables swap for the worker. Kernels without swap accounting have no such file.</summary>
    private void TryForbidSwap(string limit)
    {
        try
        {
            Set(_isUnified ? "memory.swap.max" : "memory.memsw.limit_in_bytes", _isUnified ? "0" : limit);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }
}
