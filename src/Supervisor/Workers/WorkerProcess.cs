using System.Diagnostics;
using LmDeploy.Supervisor.Logs;
using LmDeploy.Supervisor.Native;
using LmDeploy.Supervisor.Shortages;
using LmDeploy.V1;
using LmDeploy.Words;

namespace LmDeploy.Supervisor.Workers;

/// <summary>A worker that really runs. Its three standard streams are pipes: the life-line in, the two logs out.</summary>
internal sealed class WorkerProcess : IWorkerProcess
{
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromMilliseconds(200);

    private readonly Process _process;
    private readonly ProcessHandle _handle;
    private readonly ProcessTable _processes;
    private readonly TimeProvider _time;
    private readonly Task _reading;
    private readonly CancellationTokenSource _readingEnds = new();
    private IReadOnlyList<ProcessIdentity> _lastTree = [];

    /// <param name="process">Just started, with all three streams redirected; owned from here on.</param>
    public WorkerProcess(Process process, ProcessTable processes, TimeProvider time)
    {
        _process = process;
        _processes = processes;
        _time = time;
        _handle = new ProcessHandle(process.Id, processes);
        Log = new WorkerLog(time);
        Exited = WaitForExitAsync();
        _reading = ReadLogsAsync();
    }

    public ProcessIdentity Identity => _handle.Identity;

    public WorkerLog Log { get; }

    public Task<int> Exited { get; }

    public bool IsFrozen => Look(() => _processes.Find(Identity.Pid) is { IsFrozen: true } record && record.Identity == Identity);

    public void CloseInput() => _process.StandardInput.BaseStream.Dispose();

    public void Terminate() => _handle.Signal(LibC.SigTerm);

    public void Kill()
    {
        // A child may start a session of its own and be handed to init when the worker dies: note the family while it is one.
        Look(NoteFamily);

        // The group has the worker's number because the worker made it. Once the worker is reaped and the group empty, another process may have that number.
        if (Look(() => _handle.HoldsNumber))
        {
            _ = LibC.Kill(-Identity.Pid, LibC.SigKill);
        }

        _handle.Signal(LibC.SigKill);
        Look(() =>
        {
            foreach (var identity in _lastTree)
            {
                using var member = new ProcessHandle(identity, _processes);
                member.Signal(LibC.SigKill);
            }

            return true;
        });
    }

    public ProcessMemory ReadMemory() =>
        Look(() => NoteFamily() ? _lastTree.Aggregate(default(ProcessMemory), (sum, member) => sum + _processes.ReadMemory(member)) : default);

    public bool HasSurvivors() => _lastTree.Any(_processes.IsRunning) || _processes.FindTree(Identity).Count > 0;

    public Task DrainAsync() => _reading.WaitAsync(DrainTimeout, _time).ContinueWith(
        static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    public async ValueTask DisposeAsync()
    {
        await DrainAsync();
        await _readingEnds.CancelAsync();
        await _reading;
        _handle.Dispose();

        // A process leaves the streams that somebody asked it for to him.
        _process.StandardOutput.Dispose();
        _process.StandardError.Dispose();
        _process.Dispose();
        _readingEnds.Dispose();
    }

    private bool NoteFamily()
    {
        _lastTree = [.. _lastTree.Union(_processes.FindTree(Identity))];
        return true;
    }

    /// <summary>
    /// Looks at the list of processes; the default where there is no descriptor to look with, since what a look is for has to go on without it.
    /// </summary>
    private static T? Look<T>(Func<T> look)
    {
        try
        {
            return look();
        }
        catch (Exception exception) when (ResourceShortage.Is(exception))
        {
            return default;
        }
    }

    private async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    private async Task ReadLogsAsync()
    {
        await Task.WhenAll(
            ReadAsync(_process.StandardOutput.BaseStream, LogSource.Stdout),
            ReadAsync(_process.StandardError.BaseStream, LogSource.Stderr));
        Log.Complete();
    }

    private async Task ReadAsync(Stream stream, LogSource source)
    {
        var splitter = new LineSplitter(line => Log.Add(source, line));
        var buffer = new byte[16 * 1024];
        try
        {
            while (await stream.ReadAsync(buffer, _readingEnds.Token) is var read and > 0)
            {
                splitter.Add(buffer.AsSpan(0, read));
            }
        }
        catch (Exception exception)
        {
            Log.Add(source, $"[the supervisor stopped reading {EnumWords.Of(source)}: {exception.Message}]");
        }

        splitter.Complete();
    }
}
