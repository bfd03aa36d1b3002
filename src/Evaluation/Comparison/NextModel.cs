namespace LmDeploy.Evaluation.Comparison;

/// <summary>Prefetches the model that is loaded next. Errors are ignored, because the load reports them. Disposing cancels it.</summary>
/// <param name="folder">Where it is; null when there is none.</param>
/// <param name="prefetch">What reads a folder into the page cache.</param>
/// <param name="cancellationToken">Ends the reading before.</param>
internal sealed class NextModel(string? folder, Func<string, CancellationToken, Task> prefetch, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly CancellationTokenSource _ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private Task _reading = Task.CompletedTask;

    /// <summary>Begins to read it. To be called at most once.</summary>
    public void Prefetch()
    {
        if (folder is not null)
        {
            _reading = prefetch(folder, _ends.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ends.Dispose();
    }
}
