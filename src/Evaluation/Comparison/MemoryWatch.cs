using LmDeploy.Evaluation.Comparison.Journal;

namespace LmDeploy.Evaluation.Comparison;

/// <summary>Samples the memory of the models of a comparison, from its start until it is disposed.</summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ComparisonPlan _plan;
    private readonly ComparisonJournal _journal;
    private readonly Supervisor _supervisor;
    private readonly Task _watching;
    private bool _hasGpus = true;

    private MemoryWatch(ComparisonPlan plan, ComparisonJournal journal)
    {
        (_plan, _journal, _supervisor) = (plan, journal, plan.Options.Supervisor ?? Supervisor.Shared);
        _watching = WatchAsync();
    }

    public static MemoryWatch Start(ComparisonPlan plan, ComparisonJournal journal) => new(plan, journal);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        await LookAsync(CancellationToken.None).ConfigureAwait(false); // The baseline that it came back to.
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(_plan.Options.MemoryInterval, _plan.Options.TimeProvider);
        try
        {
            do
            {
                await LookAsync(_stop.Token).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The comparison is over.
        }
    }

    /// <summary>A supervisor that does not answer now may do so at the next look.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var pipelines = await _supervisor.ListPipelinesAsync(cancellationToken).ConfigureAwait(false);
            var held = pipelines
                .Where(pipeline => pipeline.HolderPid == Environment.ProcessId && pipeline.HeldBytes > 0 && IsOfComparison(pipeline.Name))
                .GroupBy(pipeline => pipeline.Name, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Sum(pipeline => pipeline.HeldBytes), StringComparer.Ordinal);
            _journal.Append(new JournalEntry.Memory(_journal.Elapsed, held, await ReadDevicesAsync(cancellationToken).ConfigureAwait(false)));
        }
        catch (LmDeployException)
        {
        }
    }

    private bool IsOfComparison(string name) => _plan.Models.Any(model => model.Name == name) || (name == JudgeRun.Name && _plan.Options.Judge is not null);

    private async Task<long?> ReadDevicesAsync(CancellationToken cancellationToken)
    {
        if (!_hasGpus)
        {
            return null;
        }

        var listing = await _supervisor.ListGpusAsync(cancellationToken).ConfigureAwait(false);
        _hasGpus = listing.Gpus.Count > 0;
        return _hasGpus ? listing.Gpus.Sum(gpu => gpu.UsedBytes) : null;
    }
}
