using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>
/// Watches the flight record of one worker and kills a hung worker: one without a heartbeat, or with a step that makes no progress. Loads are exempt;
/// they have a timeout of their own.
/// </summary>
internal sealed class HangWatch(WorkerInstance worker, TimeSpan timeout, TimeProvider time)
{
    private const int LooksInTimeout = 8;

    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(1);

    private FlightReading _last = worker.Folder.Flight.Read();
    private long _lastBeat = time.GetTimestamp();
    private long _lastProgress = time.GetTimestamp();

    /// <summary>Returns when the worker has ended or is killed.</summary>
    public async Task RunAsync()
    {
        var interval = timeout / LooksInTimeout < LongestInterval ? timeout / LooksInTimeout : LongestInterval;
        using var timer = new PeriodicTimer(interval, time);
        _ = worker.Process.Exited.ContinueWith(
            _ => timer.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        while (worker.KilledFor is null && await timer.WaitForNextTickAsync())
        {
            Look();
        }
    }

    /// <summary>Reads the flight record once and judges by it.</summary>
    internal void Look()
    {
        var now = worker.Folder.Flight.Read();
        if (now.Beats != _last.Beats)
        {
            _lastBeat = time.GetTimestamp();
        }

        if (now.Progress != _last.Progress || now.Step == 0 || !now.IsBusy)
        {
            _lastProgress = time.GetTimestamp();
        }

        _last = now;
        if (time.GetElapsedTime(_lastBeat) >= timeout)
        {
            worker.KillFor(
                worker.Process.IsFrozen ? WorkerFailureKind.Stopped : WorkerFailureKind.Hung,
                worker.Process.IsFrozen ? $"a signal had stopped it for {Seconds}" : $"it gave no sign of life for {Seconds}");
        }
        else if (time.GetElapsedTime(_lastProgress) >= timeout)
        {
            worker.KillFor(WorkerFailureKind.Hung, $"step {now.Step} of its engine made no progress for {Seconds}");
        }
    }

    private string Seconds => $"{timeout.TotalSeconds:0.###} s (hang_timeout_ms)";
}
