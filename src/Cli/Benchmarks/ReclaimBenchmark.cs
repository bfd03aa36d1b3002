using System.Diagnostics;
using LmDeploy.Cli.Hosting;

namespace LmDeploy.Cli.Benchmarks;

/// <summary>Measures how fast memory comes back: loads a pipeline, lets it answer and ends it, in rounds.</summary>
internal sealed class ReclaimBenchmark(CliHost host, string model, EngineConfig config)
{
    /// <summary>Loads, answers, and disposes while nothing runs.</summary>
    public async Task<ReclaimFigures> DisposeAsync(CancellationToken cancellationToken)
    {
        await using var pipeline = await host.LoadAsync(model, config, null, cancellationToken);
        await FirstToken.AskAsync(pipeline, cancellationToken);
        var started = host.Time.GetTimestamp();
        var receipt = await pipeline.CloseAsync(cancellationToken);
        return new ReclaimFigures(false, host.Time.GetElapsedTime(started), receipt, pipeline.Model.LibTorch);
    }

    /// <summary>Loads, and kills the worker in the middle of an answer. It is not replaced.</summary>
    public async Task<ReclaimFigures> KillAsync(CancellationToken cancellationToken)
    {
        await using var pipeline = await host.LoadAsync(
            model, config with { Supervision = config.Supervision with { MaxRestarts = 0 } }, null, cancellationToken);
        var answer = FirstToken.Config with { MaxNewTokens = Math.Max(1, pipeline.Model.SessionLen - 1) };
        long started = 0;
        try
        {
            await foreach (var piece in pipeline.StreamInferAsync(FirstToken.Prompt, answer, cancellationToken))
            {
                if (started == 0 && piece.GenerateTokenLen > 0)
                {
                    started = host.Time.GetTimestamp();
                    Kill(pipeline.WorkerPid);
                }
            }
        }
        catch (LmDeployException) when (started != 0)
        {
            // The answer ends with its worker.
        }

        var receipt = await pipeline.CloseAsync(cancellationToken);
        return new ReclaimFigures(true, host.Time.GetElapsedTime(started), receipt, pipeline.Model.LibTorch);
    }

    private static void Kill(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
    }
}
