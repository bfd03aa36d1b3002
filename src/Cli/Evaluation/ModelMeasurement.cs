using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Evaluation;

/// <summary>Loads one model, gives it the work, and lets go of it again.</summary>
internal sealed class ModelMeasurement(CliHost host, EngineConfig engine, Workload workload, Action<string> report)
{
    /// <summary>How many single requests the time to the first token is the median of.</summary>
    private const int SingleRequests = 9;

    /// <summary>Never throws for what one model does wrong: that is part of its result.</summary>
    public async Task<ModelResult> RunAsync(string model, CancellationToken cancellationToken)
    {
        var result = new ModelResult(model);
        try
        {
            report($"{model}: loading");
            await using var pipeline = await host.LoadAsync(model, engine, null, cancellationToken);
            result = result with { Info = pipeline.Model, LoadTime = pipeline.LoadTime };
            try
            {
                result = await WorkAsync(pipeline, result, cancellationToken);
            }
            catch (LmDeployException e)
            {
                result = result with { Error = CallError.From(e) };
            }

            report($"{model}: giving back its memory");
            return result with { Receipt = await pipeline.CloseAsync(cancellationToken) };
        }
        catch (LmDeployException e)
        {
            return result with { Error = CallError.From(e) };
        }
    }

    private async Task<ModelResult> WorkAsync(Pipeline pipeline, ModelResult result, CancellationToken cancellationToken)
    {
        var answers = new List<Response>();
        var started = host.Time.GetTimestamp();
        foreach (var batch in workload.Prompts.Chunk(workload.BatchSize))
        {
            report($"{result.Model}: {answers.Count} of {workload.Prompts.Count} prompts answered");
            answers.AddRange(await pipeline.InferAsync(batch, workload.Config, cancellationToken));
        }

        var elapsed = host.Time.GetElapsedTime(started);
        report($"{result.Model}: timing first tokens");
        var speed = new Speed(await TimeFirstTokensAsync(pipeline, cancellationToken), answers.Sum(answer => answer.GenerateTokenLen) / elapsed.TotalSeconds);
        result = result with { Speed = speed, Error = answers.Select(CallError.From).FirstOrDefault(error => error is not null) };
        if (workload.Questions.Count == 0)
        {
            return result;
        }

        report($"{result.Model}: scoring the expected answers");
        var scores = await pipeline.ScoreAsync(workload.Questions.Select(q => new ScoreInput(q.Prompt, q.Expected)), cancellationToken);
        var failed = scores.FirstOrDefault(score => score.ErrorCode is not null);
        return result with
        {
            Quality = Quality.Of(workload.Questions, answers, scores),
            Error = result.Error ?? (failed is null ? null : new CallError(failed.ErrorCode!, failed.ErrorMessage ?? "", "")),
        };
    }

    private async Task<double> TimeFirstTokensAsync(Pipeline pipeline, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        foreach (var prompt in workload.Prompts.Take(SingleRequests))
        {
            var started = host.Time.GetTimestamp();
            await foreach (var piece in pipeline.StreamInferAsync(prompt, workload.Config with { MaxNewTokens = 1 }, cancellationToken))
            {
                if (piece.GenerateTokenLen > 0)
                {
                    times.Add(host.Time.GetElapsedTime(started).TotalMilliseconds);
                    break;
                }
            }
        }

        times.Sort();
        return times.Count == 0 ? double.NaN : (times[(times.Count - 1) / 2] + times[times.Count / 2]) / 2;
    }
}
