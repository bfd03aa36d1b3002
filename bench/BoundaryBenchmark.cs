using System.Diagnostics;

namespace LmDeploy.Bench;

/// <summary>
/// Starting, the first token, disposing, and what the way through the supervisor to the worker adds to the engine's own time.
/// Both sides of the comparison run in turn, so that a noisy moment hits both.
/// </summary>
internal static class BoundaryBenchmark
{
    private const int LifeRounds = 15;
    private const int BoundaryRounds = 60;
    private const int WarmUpRounds = 10;
    private const int Tokens = 100;
    private const int CacheBlocks = 64;
    private const string Question = "What is 17 + 25?";

    private static readonly GenerationConfig Endless = new() { MaxNewTokens = Tokens, IgnoreEos = true };

    public static async Task<IReadOnlyList<(string Name, Samples Samples)>> RunAsync(string home, string model, EngineConfig engineConfig)
    {
        var results = new List<(string, Samples)>();
        var config = engineConfig with { CacheMaxEntryCount = CacheBlocks }; // Both sides are on one device at once.
        var start = Add("private supervisor: start");
        await using var supervisor = await start.TimeAsync(() => Supervisor.StartPrivateAsync(new SupervisorOptions { Home = home }));
        await LifeAsync();
        await BoundaryAsync();
        return results;

        Samples Add(string name)
        {
            var samples = new Samples();
            results.Add((name, samples));
            return samples;
        }

        async Task LifeAsync()
        {
            var create = Add("pipeline: create (start, load, warm up)");
            var first = Add("pipeline: create to first token");
            var close = Add("pipeline: close, as the caller sees it");
            var receipt = Add("pipeline: close, as the receipt says");
            for (var round = 0; round < LifeRounds; round++)
            {
                var watch = Stopwatch.StartNew();
                var pipe = await create.TimeAsync(() => Pipeline.CreateAsync(model, config, supervisor));
                await pipe.InferAsync(Question, new GenerationConfig { MaxNewTokens = 1 });
                first.Add(watch.Elapsed.TotalMilliseconds);
                receipt.Add((await close.TimeAsync(() => pipe.CloseAsync())).ReclaimTime.TotalMilliseconds);
            }
        }

        async Task BoundaryAsync()
        {
            var half = Add("boundary: round trip to the supervisor alone (its info)");
            var trip = Add("boundary: empty round trip (tokenize a word)");
            var (firstHere, firstThere, firstAdded) = (Add("first token: in process"), Add("first token: through the boundary"), Add("first token: added"));
            var (allHere, allThere, ratio) = (
                Add($"{Tokens} tokens: in process"), Add($"{Tokens} tokens: through the boundary"), Add($"{Tokens} tokens: boundary / in process (ratio)"));
            using var engine = await InProcessEngine.LoadAsync(model, config);
            await using var pipe = await Pipeline.CreateAsync(model, config, supervisor);
            for (var round = -WarmUpRounds; round < BoundaryRounds; round++)
            {
                var here = await engine.GenerateAsync(Question, Tokens);
                var there = await StreamAsync(pipe);
                if (round < 0)
                {
                    continue;
                }

                await half.TimeAsync(() => supervisor.GetInfoAsync());
                await trip.TimeAsync(() => pipe.TokenizeAsync("word"));
                firstHere.Add(here.First);
                firstThere.Add(there.First);
                firstAdded.Add(there.First - here.First);
                allHere.Add(here.Last);
                allThere.Add(there.Last);
                ratio.Add(there.Last / here.Last);
            }
        }
    }

    private static async Task<(double First, double Last)> StreamAsync(Pipeline pipe)
    {
        var watch = Stopwatch.StartNew();
        double? first = null;
        await foreach (var chunk in pipe.StreamInferAsync(Question, Endless))
        {
            if (chunk.GenerateTokenLen > 0)
            {
                first ??= watch.Elapsed.TotalMilliseconds;
            }
        }

        return (first!.Value, watch.Elapsed.TotalMilliseconds);
    }
}
