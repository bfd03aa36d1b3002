namespace LmDeploy.Supervisor.Reads;

/// <summary>
/// Blocking reads that may hang, for example on a dead network mount, on dedicated threads that can be abandoned. At most <see cref="MostThreads"/>
/// run at a time; further reads wait. Thread-safe.
/// </summary>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing.
internal sealed class BlockingReads
#pragma warning restore CA1001
{
    public const int MostThreads = 32;

    private readonly SemaphoreSlim _threads = new(MostThreads);

    /// <summary>Reads on a dedicated thread. Cancelling abandons the thread and discards its result.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<T> RunAsync<T>(Func<T> read, CancellationToken cancellationToken)
    {
        await _threads.WaitAsync(cancellationToken);
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                done.TrySetResult(read());
            }
            catch (Exception exception)
            {
                done.TrySetException(exception);
            }
            finally
            {
                _threads.Release();
            }
        })
        {
            Name = "model files",
            IsBackground = true,
        };
        try
        {
            thread.Start();
        }
        catch
        {
            _threads.Release();
            throw;
        }

        return await done.Task.WaitAsync(cancellationToken);
    }
}
