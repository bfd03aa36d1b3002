namespace LmDeploy.Supervisor.Reads;

/// <summary>
/// Reads what may not answer, such as files on a network mount that is gone, on threads of its own that can be lost: the kernel may keep a reader for ever. At
/// most
/// <see cref="MostThreads"/> of them are under way; further reads wait for one. Thread-safe.
/// </summary>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing.
internal sealed class BlockingReads
#pragma warning restore CA1001
{
    public const int MostThreads = 32;

    private readonly SemaphoreSlim _threads = new(MostThreads);

    /// <summary>Reads, or stops waiting for it: then the thread is left to itself, and what it finds in the end is forgotten.</summary>
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
