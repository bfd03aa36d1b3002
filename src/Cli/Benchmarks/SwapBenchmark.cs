using LmDeploy.Cli.Hosting;

namespace LmDeploy.Cli.Benchmarks;

/// <summary>Disposes one model and creates the next, over and over, under a supervisor of its own.</summary>
internal sealed class SwapBenchmark(CliHost host, string model, string next, EngineConfig config)
{
    private static readonly TimeSpan _standbyPoll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _standbyDeadline = TimeSpan.FromMinutes(1);

    public async Task<IReadOnlyList<SwapFigures>> RunAsync(SwapWay way, int rounds, CancellationToken cancellationToken)
    {
        await using var supervisor = await host.StartSupervisorAsync(way.Options, cancellationToken);
        var own = host with { Supervisor = supervisor };
        var figures = new List<SwapFigures>();

        // Also before the first round: a CUDA context that is created during the round would count as memory left behind.
        await StandsByAsync(way, supervisor, cancellationToken);
        var pipeline = await LoadAsync(own, model, cancellationToken);
        try
        {
            for (var round = 0; round < rounds; round++)
            {
                await StandsByAsync(way, supervisor, cancellationToken);
                var started = host.Time.GetTimestamp();
                await pipeline.CloseAsync(cancellationToken);
                var closed = host.Time.GetElapsedTime(started);
                pipeline = await own.LoadAsync(round % 2 == 0 ? next : model, config, null, cancellationToken);
                var ready = host.Time.GetElapsedTime(started);
                await FirstToken.AskAsync(pipeline, cancellationToken);
                figures.Add(new SwapFigures(way, closed, ready, host.Time.GetElapsedTime(started), pipeline.Model.LibTorch));
            }
        }
        finally
        {
            await pipeline.DisposeAsync();
        }

        return figures;
    }

    private async Task<Pipeline> LoadAsync(CliHost own, string path, CancellationToken cancellationToken)
    {
        var pipeline = await own.LoadAsync(path, config, null, cancellationToken);
        await FirstToken.AskAsync(pipeline, cancellationToken);
        return pipeline;
    }

    private async Task StandsByAsync(SwapWay way, Supervisor supervisor, CancellationToken cancellationToken)
    {
        var started = host.Time.GetTimestamp();
        while (way.Standby && (await supervisor.GetInfoAsync(cancellationToken)).StandbyWorkers == 0)
        {
            if (host.Time.GetElapsedTime(started) > _standbyDeadline)
            {
                throw new LmDeployException("load_timeout", $"No worker stood by within {_standbyDeadline.TotalSeconds:0} s.");
            }

            await Task.Delay(_standbyPoll, host.Time, cancellationToken);
        }
    }
}
