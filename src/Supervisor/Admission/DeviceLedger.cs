using LmDeploy.Supervisor.Files;
using LmDeploy.Supervisor.Logging;
using LmDeploy.Supervisor.Shortages;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Admission;

/// <summary>
/// The memory promises on one device of all supervisors of this user, in a small file that each of them locks to change it. A supervisor also keeps
/// its own promises in memory. Without the file it continues and only misses the promises of others. The file exists only while it has promises.
/// Thread-safe.
/// </summary>
/// <param name="path">The file; null for none.</param>
/// <param name="self">This supervisor.</param>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing.
internal sealed partial class DeviceLedger(string? path, ProcessIdentity self, ProcessTable processes, TimeProvider time, ILogger logger)
#pragma warning restore CA1001
{
    /// <summary>The longest wait for the lock. Others hold it for microseconds; only a suspended process holds it longer.</summary>
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<int, Promise> _own = [];
    private int _count;

    /// <summary>The promises of all supervisors that run.</summary>
    public Task<IReadOnlyList<Promise>> ReadAsync() => ChangeAsync(all => all);

    /// <summary>Grants a promise atomically: reads all promises, decides and writes.</summary>
    /// <param name="grant">Returns the granted bytes for the current promises; null for none.</param>
    public Task<Promise?> TryAddAsync(Func<IReadOnlyList<Promise>, long?> grant) => ChangeAsync(all =>
    {
        if (grant(all) is not { } bytes)
        {
            return null;
        }

        var promise = new Promise(self, ++_count, default, bytes, IsLoaded: false);
        _own[promise.Number] = promise;
        return promise;
    });

    /// <summary>Changes a promise; does nothing to one that was removed.</summary>
    public Task UpdateAsync(int number, Func<Promise, Promise> update) => ChangeAsync(_ =>
    {
        if (_own.TryGetValue(number, out var promise))
        {
            _own[number] = update(promise);
        }

        return true;
    });

    public Task RemoveAsync(int number) => ChangeAsync(_ => _own.Remove(number));

    private async Task<T> ChangeAsync<T>(Func<IReadOnlyList<Promise>, T> change)
    {
        await _turn.WaitAsync();
        try
        {
            using var file = await TryOpenAsync();
            var lines = TryRead(file);
            var others = lines.Select(line => Promise.TryParse(line, out var promise) ? promise : null).OfType<Promise>().Where(IsOfAnother).ToList();
            var result = change([.. others, .. _own.Values]);
            IReadOnlyList<string> next = [.. others.Concat(_own.Values).Select(promise => promise.ToLine())];
            if (next.Count == 0 || !next.SequenceEqual(lines))
            {
                TryWrite(file, next);
            }

            return result;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether a line is kept as it is. This supervisor rewrites its own lines, and lines of dead supervisors are dropped.</summary>
    private bool IsOfAnother(Promise promise) => promise.Owner != self && MayRun(promise.Owner);

    /// <summary>Assumes that a process runs when that cannot be checked.</summary>
    private bool MayRun(ProcessIdentity process)
    {
        try
        {
            return processes.IsRunning(process);
        }
        catch (Exception exception) when (ResourceShortage.Is(exception))
        {
            return true;
        }
    }

    private async Task<LockedFile?> TryOpenAsync()
    {
        try
        {
            return path is null ? null : await LockedFile.OpenAsync(path, LockTimeout, time);
        }
        catch (IOException exception)
        {
            LogUnshared(path!, exception.Message);
            return null;
        }
    }

    private IReadOnlyList<string> TryRead(LockedFile? file)
    {
        try
        {
            return file?.ReadLines() ?? [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogUnshared(path!, exception.Message);
            return [];
        }
    }

    private void TryWrite(LockedFile? file, IReadOnlyList<string> lines)
    {
        try
        {
            file?.WriteLines(lines);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogUnshared(path!, exception.Message);
        }
    }

    [LoggerMessage(
        EventIds.LedgerUnshared, LogLevel.Warning, "Promises of memory are not shared with other supervisors: {Path}: {Reason}",
        EventName = nameof(EventIds.LedgerUnshared))]
    private partial void LogUnshared(string path, string reason);
}
