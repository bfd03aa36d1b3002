namespace LmDeploy.Supervisor.Tasks;

/// <summary>Fire-and-forget tasks whose failures are handled.</summary>
internal static class DetachedTask
{
    /// <summary>Lets a task run by itself. Nobody awaits it, so the handler has to log its failure and end what the task guards.</summary>
    /// <param name="onFailure">Called with what the task failed with, cancellation included. Must not throw.</param>
    public static void Detach(this Task task, Action<Exception> onFailure) => _ = ObserveAsync(task, onFailure);

    private static async Task ObserveAsync(Task task, Action<Exception> onFailure)
    {
        try
        {
            await task;
        }
        catch (Exception exception)
        {
            onFailure(exception);
        }
    }
}
