using System.Collections.Concurrent;

namespace LmDeploy.Loading;

/// <summary>Pipelines that nobody closed and whose finalizer is giving their memory back.</summary>
internal static class AbandonedPipelines
{
    private static readonly ConcurrentDictionary<Task, byte> _releases = new();

    /// <summary>Starts a release without waiting for it; safe on the finalizer thread.</summary>
    public static void Release(Func<Task> close)
    {
        var release = Task.Run(close);
        _releases[release] = 0;
        release.ContinueWith(done => _releases.TryRemove(done, out _), TaskScheduler.Default);
    }

    /// <summary>Finds what has been forgotten, and waits until it is released.</summary>
    public static async Task CollectAsync(CancellationToken cancellationToken)
    {
        await Task.Run(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            },
            cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(_releases.Keys).WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
