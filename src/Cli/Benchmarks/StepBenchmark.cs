namespace LmDeploy.Cli.Benchmarks;

/// <summary>Times prefill and decode of one pipeline as its caller sees them: through client, supervisor and worker.</summary>
internal sealed class StepBenchmark(Pipeline pipeline, int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>The time to the first token of a prompt of random tokens, in milliseconds.</summary>
    public async Task<double> PrefillAsync(int promptLength, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        _ = await pipeline.InferAsync(RandomPrompt(promptLength), Config(1), cancellationToken);
        return time.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>Measures the decode of a batch of sequences.</summary>
    public async Task<DecodeFigures> DecodeAsync(int batchSize, int promptLength, int newTokens, TimeProvider time, CancellationToken cancellationToken)
    {
        var prompts = Enumerable.Range(0, batchSize).Select(_ => RandomPrompt(promptLength)).ToList();
        var received = new int[batchSize];
        var (waiting, total, done) = (batchSize, 0, false);
        var start = time.GetTimestamp();
        var (firstTotal, firstTime, lastTotal, lastTime, firstToken) = (0, 0.0, 0, 0.0, 0.0);
        await foreach (var piece in pipeline.StreamInferAsync(prompts, Config(newTokens), cancellationToken))
        {
            var now = time.GetElapsedTime(start).TotalMilliseconds;
            piece.EnsureSuccess();
            total += piece.GenerateTokenLen - received[piece.Index];
            if (received[piece.Index] == 0 && piece.GenerateTokenLen > 0 && --waiting == 0)
            {
                (firstTotal, firstTime) = (total, now);
            }

            firstToken = firstToken == 0 && total > 0 ? now : firstToken;
            received[piece.Index] = piece.GenerateTokenLen;
            if (waiting == 0 && !done)
            {
                (lastTotal, lastTime) = (total, now);
            }

            done |= piece.FinishReason is not null;
        }

        var tokens = lastTotal - firstTotal;
        if (tokens <= 0)
        {
            throw new UsageException($"The first of {batchSize} sequences ended before all of them had begun: raise --tokens, which is {newTokens}.");
        }

        var milliseconds = lastTime - firstTime;
        var overall = total / time.GetElapsedTime(start).TotalSeconds;
        return new DecodeFigures(batchSize, promptLength, firstToken, milliseconds * batchSize / tokens, tokens / milliseconds * 1000, overall);
    }

    private static GenerationConfig Config(int newTokens) => new() { MaxNewTokens = newTokens, IgnoreEos = true };

    private Prompt RandomPrompt(int length) => Prompt.FromTokenIds(Enumerable.Range(0, length).Select(_ => _random.Next(pipeline.Model.VocabSize)));
}
