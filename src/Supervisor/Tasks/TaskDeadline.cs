namespace LmDeploy.Supervisor.Tasks;

/// <summary>Bounded waits.</summary>
internal static class TaskDeadline
{
    /// <summary>Whether the task completes in time; its failure counts as completion and is not thrown.</summary>
    /// <param name="timeout">Zero or less looks only once.</param>
    public static async Task<bool> CompletesWithinAsync(this Task task, TimeSpan timeout, TimeProvider time)
    {
        if (!task.IsCompleted && timeout > TimeSpan.Zero)
        {
            await task.WaitAsync(timeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return task.IsCompleted;
    }
}
