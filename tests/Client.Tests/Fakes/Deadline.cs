namespace LmDeploy.Client.Tests.Fakes;

/// <summary>Bounds what tests wait for.</summary>
internal static class Deadline
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(20);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(_limit);

    public static Task InTime(this Task task) => task.WaitAsync(_limit);

    public static Task Never(CancellationToken cancellationToken)
    {
        var never = new TaskCompletionSource();
        cancellationToken.Register(never.SetCanceled);
        return never.Task;
    }
}
