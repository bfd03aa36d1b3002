using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Shortages;
using LmDeploy.Supervisor.Tasks;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Workers;

/// <summary>Stops workers: SIGTERM, then SIGKILL, then a bounded wait.</summary>
internal sealed class WorkerStopper(SupervisorOptions options, TimeProvider time)
{
    private static readonly TimeSpan SurvivorInterval = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// Closes the life-line and sends SIGTERM; kills what has not left after <paramref name="grace"/>, and waits for its exit
    /// until the one deadline, <paramref name="grace"/> + <see cref="SupervisorOptions.KillTimeout"/> from now.
    /// </summary>
    /// <param name="crashed">Whether the worker died before anybody wanted it to: no exit code tells.</param>
    public async Task<WorkerEnd> StopAsync(IWorkerProcess process, TimeSpan grace, bool crashed)
    {
        var began = time.GetTimestamp();
        var deadline = grace + options.KillTimeout;
        process.CloseInput();
        process.Terminate();
        var leftByItself = await process.Exited.CompletesWithinAsync(grace, time);

        // Also after an exit, because child processes may remain.
        process.Kill();
        var gone = await process.Exited.CompletesWithinAsync(deadline - time.GetElapsedTime(began), time);
        var exitTime = time.GetElapsedTime(began);
        var hasSurvivors = gone && await HasSurvivorsAsync(process, began, deadline);
        return new WorkerEnd(
            process.Identity,
            gone ? await process.Exited : null,
            Describe(gone, leftByItself, crashed),
            exitTime,
            hasSurvivors,
            gone && !hasSurvivors ? default : process.ReadMemory());
    }

    private static WorkerExit Describe(bool gone, bool leftByItself, bool crashed) => (gone, crashed, leftByItself) switch
    {
        (false, _, _) => WorkerExit.Unspecified,
        (_, true, _) => WorkerExit.Crashed,
        (_, _, true) => WorkerExit.Exited,
        _ => WorkerExit.Killed,
    };

    /// <summary>Processes that are not our children tell nobody here when they end, so they are looked for.</summary>
    private async Task<bool> HasSurvivorsAsync(IWorkerProcess process, long began, TimeSpan deadline)
    {
        if (!MayHaveSurvivors(process))
        {
            return false;
        }

        using var timer = new PeriodicTimer(SurvivorInterval, time);
        while (time.GetElapsedTime(began) < deadline)
        {
            process.Kill();
            await timer.WaitForNextTickAsync();
            if (!MayHaveSurvivors(process))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Assumes survivors when that cannot be checked.</summary>
    private static bool MayHaveSurvivors(IWorkerProcess process)
    {
        try
        {
            return process.HasSurvivors();
        }
        catch (Exception exception) when (ResourceShortage.Is(exception))
        {
            return true;
        }
    }
}
