using System.Diagnostics;

namespace LmDeploy.Bench;

/// <summary>
/// How long a stream stands still whose worker is killed, against the load time of the same pipeline, and whether its tokens are those of a stream that nobody
/// disturbed.
/// </summary>
internal sealed class CrashBenchmark(string home, string model, BenchOptions options)
{
    private const int Tokens = 400;
    private const string Question = "Tell me a story about a fox.";

    private static readonly GenerationConfig Endless = new() { MaxNewTokens = Tokens, IgnoreEos = true };
    private static readonly TimeSpan StandbyPoll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan StandbyDeadline = TimeSpan.FromMinutes(1);

    private readonly Random _random = new(1);

    /// <summary>In how many rounds the tokens of both streams were equal.</summary>
    public int EqualRounds { get; private set; }

    public async Task<IReadOnlyList<(string Name, Samples Samples)>> RunAsync()
    {
        var results = new List<(string, Samples)>();
        var (load, calm, gap, added) = (
            Add("load time"), Add("longest gap: nobody killed"), Add("longest gap: worker killed"), Add("longest gap: worker killed - load time"));
        var (allCalm, all) = (Add($"{Tokens} tokens: nobody killed"), Add($"{Tokens} tokens: worker killed"));
        var supervisorOptions = new SupervisorOptions
        {
            Home = home,
            StandbyWorkers = options.Standby,
            StandbyCuda = options.Engine.Device == EngineDevice.Cuda,
        };
        await using var supervisor = await Supervisor.StartPrivateAsync(supervisorOptions);

        // The first round fills the caches of files and kernels.
        for (var round = -1; round < options.Rounds; round++)
        {
            await StandByAsync(supervisor);
            await using var pipe = await Pipeline.CreateAsync(model, options.Engine, supervisor);
            var undisturbed = await StreamAsync(pipe, killAfter: null);
            await StandByAsync(supervisor);
            var disturbed = await StreamAsync(pipe, _random.Next(1, Tokens / 2));
            if (pipe.Failures.Count != 1)
            {
                throw new InvalidOperationException($"{pipe.Failures.Count} workers died where one was killed.");
            }

            if (round >= 0)
            {
                load.Add(pipe.LoadTime.TotalMilliseconds);
                calm.Add(undisturbed.LongestGap);
                gap.Add(disturbed.LongestGap);
                added.Add(disturbed.LongestGap - pipe.LoadTime.TotalMilliseconds);
                allCalm.Add(undisturbed.Whole);
                all.Add(disturbed.Whole);
                EqualRounds += disturbed.Tokens.SequenceEqual(undisturbed.Tokens) ? 1 : 0;
            }
        }

        return results;

        Samples Add(string name)
        {
            var samples = new Samples();
            results.Add((name, samples));
            return samples;
        }
    }

    /// <summary>Streams an answer, and kills its worker after a number of tokens.</summary>
    private static async Task<(List<int> Tokens, double LongestGap, double Whole)> StreamAsync(Pipeline pipe, int? killAfter)
    {
        var tokens = new List<int>();
        var watch = Stopwatch.StartNew();
        var (last, longest) = (TimeSpan.Zero, TimeSpan.Zero);
        await foreach (var chunk in pipe.StreamInferAsync(Question, Endless))
        {
            if (chunk.TokenIds.Count == 0)
            {
                continue;
            }

            var now = watch.Elapsed;
            if (tokens.Count > 0 && now - last > longest)
            {
                longest = now - last;
            }

            last = now;
            tokens.AddRange(chunk.TokenIds);
            if (tokens.Count >= killAfter)
            {
                killAfter = null;
                using var worker = Process.GetProcessById(pipe.WorkerPid);
                worker.Kill();
            }
        }

        return (tokens, longest.TotalMilliseconds, watch.Elapsed.TotalMilliseconds);
    }

    private async Task StandByAsync(Supervisor supervisor)
    {
        var started = Stopwatch.GetTimestamp();
        while ((await supervisor.GetInfoAsync()).StandbyWorkers < options.Standby)
        {
            if (Stopwatch.GetElapsedTime(started) > StandbyDeadline)
            {
                throw new TimeoutException($"No worker stood by within {StandbyDeadline.TotalSeconds} s.");
            }

            await Task.Delay(StandbyPoll);
        }
    }
}
