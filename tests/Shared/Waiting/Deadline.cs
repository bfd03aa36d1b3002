using System.Runtime.CompilerServices;

namespace LmDeploy.Tests.Waiting;

/// <summary>Waits that fail with what they waited for.</summary>
internal static class Deadline
{
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    public static async Task<T> InTime<T>(this Task<T> task, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        await ((Task)task).InTime(what);
        return await task;
    }

    public static async Task InTime(this Task task, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        try
        {
            await task.WaitAsync(Long);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Not within {Long.TotalSeconds} s: {what}");
        }
    }

    /// <summary>A task that ends only by being cancelled.</summary>
    public static Task Never(CancellationToken cancellationToken)
    {
        var never = new TaskCompletionSource();
        cancellationToken.Register(never.SetCanceled);
        return never.Task;
    }

    /// <summary>Polls for a condition outside of this process.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var deadline = new CancellationTokenSource(Long);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!condition())
        {
            if (deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"Not within {Long.TotalSeconds} s: {what}");
            }

            await timer.WaitForNextTickAsync();
        }
    }
}
