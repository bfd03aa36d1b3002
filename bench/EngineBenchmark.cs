using System.Diagnostics;

namespace LmDeploy.Bench;

/// <summary>
/// What the engine makes of many requests at once, in one process. Ratios are of measurements that take turns, so that a noisy moment hits both.
/// </summary>
internal static class EngineBenchmark
{
    private const int Rounds = 5;
    private const int Concurrent = 16;
    private const int Tokens = 200;
    private const int LongPrompt = 1000;
    private const int ShortPrompt = 12;
    private const int Streams = 8;
    private const int StreamLength = 450;
    private const int ShortRequests = 10;

    public static async Task<IReadOnlyList<(string Name, Samples Samples)>> RunAsync(string model, EngineConfig config)
    {
        var results = new List<(string, Samples)>();
        using var engine = await InProcessEngine.LoadAsync(model, config with { EnablePrefixCaching = false });
        var random = new Random(1);
        await engine.GenerateAsync(Prompt(ShortPrompt), Tokens);

        var (serial, together, speedUp) = (
            Add($"{Concurrent} x {Tokens} tokens: one after the other"),
            Add($"{Concurrent} x {Tokens} tokens: at once"),
            Add("throughput at once / one after the other (ratio)"));
        for (var round = 0; round < Rounds; round++)
        {
            var prompts = Enumerable.Range(0, Concurrent).Select(_ => Prompt(ShortPrompt)).ToList();
            var alone = await serial.TimeAsync(async () =>
            {
                var watch = Stopwatch.StartNew();
                foreach (var prompt in prompts)
                {
                    await engine.GenerateAsync(prompt, Tokens);
                }

                return watch.Elapsed.TotalMilliseconds;
            });
            var all = await together.TimeAsync(() => TogetherAsync(prompts, Tokens));
            speedUp.Add(alone / all);
        }

        var (idle, beside, delay) = (
            Add("first token, idle engine"), Add($"first token beside a prompt of {LongPrompt}"), Add("first token beside it / idle (ratio)"));
        var (during, duringDelay) = (Add("first token in the midst of it"), Add("first token in the midst of it / idle (ratio)"));
        var prefill = Add($"first token of a prompt of {LongPrompt} itself");
        for (var round = 0; round < Rounds * ShortRequests; round++)
        {
            var alone = (await engine.GenerateAsync(Prompt(ShortPrompt), 1)).First;
            var longRequest = engine.GenerateAsync(Prompt(LongPrompt), 1);
            var late = (await engine.GenerateAsync(Prompt(ShortPrompt), 1)).First;
            prefill.Add((await longRequest).First);
            longRequest = engine.GenerateAsync(Prompt(LongPrompt), 1);
            await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * prefill.Minimum * 0.9));
            var later = (await engine.GenerateAsync(Prompt(ShortPrompt), 1)).First;
            await longRequest;
            idle.Add(alone);
            beside.Add(late);
            delay.Add(late / alone);
            during.Add(later);
            duringDelay.Add(later / alone);
        }

        var again = Add($"{Streams} streams of {StreamLength} tokens, computed again");
        for (var round = 0; round < Rounds; round++)
        {
            var prompts = Enumerable.Range(0, Streams).Select(_ => Prompt(StreamLength)).ToList();
            await again.TimeAsync(() => TogetherAsync(prompts, 2));
        }

        return results;

        int[] Prompt(int length) => [.. Enumerable.Range(0, length).Select(_ => random.Next(10, 1000))];

        async Task<double> TogetherAsync(List<int[]> prompts, int tokens)
        {
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(prompts.Select(prompt => engine.GenerateAsync(prompt, tokens)));
            return watch.Elapsed.TotalMilliseconds;
        }

        Samples Add(string name)
        {
            var samples = new Samples();
            results.Add((name, samples));
            return samples;
        }
    }
}
