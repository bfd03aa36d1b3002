using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LmDeploy.DependencyInjection;

/// <summary>Loads the host's pipelines before its services start, and closes them after they have stopped.</summary>
internal sealed class PipelineLifetime(IEnumerable<HostedPipeline> pipelines, IOptions<LmDeployClientOptions> options) : IHostedLifecycleService
{
    private readonly HostedPipeline[] _pipelines = [.. pipelines];

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.LoadAtStart)
        {
            return;
        }

        try
        {
            var sideBySide = new ParallelOptions { MaxDegreeOfParallelism = options.Value.LoadsAtOnce, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(
                _pipelines, sideBySide, async (pipeline, cancel) => await pipeline.LoadAsync(cancel).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch
        {
            // A host that did not start is not stopped.
            await StoppedAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
        => Task.WhenAll(_pipelines.Select(pipeline => pipeline.CloseAsync())).WaitAsync(cancellationToken);
}
