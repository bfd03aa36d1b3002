using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Engine.Settings;
using LmDeploy.Tests.Golden;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Golden;

/// <summary>Runs prompts through an engine and compares the answers with those of transformers.</summary>
internal static class GoldenRun
{
    private const double Tolerance = 2e-3;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    /// <summary>More than any golden prompt; variants with dynamic rope are longer than their checkpoint's own context.</summary>
    public static EngineConfig Config =>
        new() { Device = EngineDevice.Cpu, SessionLen = 512, AllowLongSessionLen = true, CacheMaxEntryCount = 256, CacheBlockSeqLen = 16 };

    /// <summary>Prefill in pieces of 7 tokens, three sequences at a time.</summary>
    public static EngineConfig Chunked => new(Config) { MaxPrefillTokenNum = 7, MaxBatchSize = 3 };

    /// <summary>Submits all prompts at once.</summary>
    public static async Task<IReadOnlyList<RecordingRequest>> RunAsync(string folder, EngineConfig config, IReadOnlyList<GoldenPrompt> prompts)
    {
        var engine = await StartAsync(folder, config);
        var requests = prompts.Select(prompt => RecordingRequest.Greedy(prompt.InputIds, prompt.GreedyIds.Length)).ToList();
        using (engine)
        {
            requests.ForEach(engine.Submit);
            for (var i = 0; i < requests.Count; i++)
            {
                var (reason, error) = await requests[i].Finished.WaitAsync(Deadline);
                error.ShouldBeNull();
                reason.ShouldBe(FinishReason.Length, $"prompt {i}");
            }
        }

        engine.Status.BlocksUsed.ShouldBe(0, "all blocks come back");
        return requests;
    }

    public static async Task CompareAsync(string folder, EngineConfig config, IReadOnlyList<GoldenPrompt> prompts)
    {
        var requests = await RunAsync(folder, config, prompts);
        for (var i = 0; i < requests.Count; i++)
        {
            Compare(requests[i], prompts[i], $"prompt {i}");
        }
    }

    /// <summary>Runs each prompt twice, so that the second time its beginning is in the prefix cache.</summary>
    public static async Task RepeatAsync(GoldenModel golden)
    {
        const int blockSize = 4;
        using var engine = await StartAsync(golden.Folder, new EngineConfig(Config) { CacheBlockSeqLen = blockSize });
        foreach (var prompt in golden.Prompts)
        {
            var decided = prompt.DecidedTokens(Tolerance);
            for (var round = 0; round < 2; round++)
            {
                var request = RecordingRequest.Unscored(prompt.InputIds, prompt.GreedyIds.Length);
                engine.Submit(request);
                (await request.Finished.WaitAsync(Deadline)).Error.ShouldBeNull();
                request.Tokens.Take(decided).ShouldBe(prompt.GreedyIds.Take(decided), $"round {round}");
                if (round == 1)
                {
                    request.CachedTokens.ShouldBe(golden.KeysDependOnLength ? 0 : (prompt.InputIds.Length - 1) / blockSize * blockSize);
                }
            }
        }
    }

    /// <summary>Cuts each answer off after its first token and in its middle, and has it gone on with.</summary>
    public static async Task ResumeAsync(string folder, IReadOnlyList<GoldenPrompt> prompts)
    {
        using var engine = await StartAsync(folder, new EngineConfig(Config) { EnablePrefixCaching = false });
        foreach (var prompt in prompts)
        {
            var decided = prompt.DecidedTokens(Tolerance);
            foreach (var cut in new[] { 1, decided / 2 }.Where(cut => cut < decided))
            {
                var request = RecordingRequest.Unscored(prompt.InputIds, prompt.GreedyIds.Length, prompt.GreedyIds[..cut]);
                engine.Submit(request);
                (await request.Finished.WaitAsync(Deadline)).Error.ShouldBeNull();
                CompareAnswer(request, prompt, cut, $"after {cut} tokens");
            }
        }
    }

    public static async Task<EngineThread> StartAsync(string folder, EngineConfig config)
    {
        var settings = EngineSettings.From(config);
        var (engine, _) = await EngineThread.StartAsync(
            () => { }, () => LoadedModel.Load(folder, config, settings, (_, _) => { }, CancellationToken.None), settings);
        return engine;
    }

    private static void Compare(RecordingRequest actual, GoldenPrompt expected, string what)
    {
        var scores = actual.PromptLogprobs.Select(score => (double)score).ToArray();
        scores.Length.ShouldBe(expected.PromptLogprobs.Length, what);
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i].ShouldBe(expected.PromptLogprobs[i], Tolerance, $"{what}: log-probability of prompt token {i + 1}");
        }

        Math.Exp(-scores.Average()).ShouldBe(expected.Perplexity, expected.Perplexity * Tolerance, what);
        CompareAnswer(actual, expected, first: 0, what);
    }

    private static void CompareAnswer(RecordingRequest actual, GoldenPrompt expected, int first, string what)
    {
        var decided = expected.DecidedTokens(Tolerance);
        actual.Tokens.Take(decided - first).ShouldBe(expected.GreedyIds[first..decided], what);
        for (var i = first; i < decided; i++)
        {
            var candidates = actual.Logprobs[i - first]!;
            candidates.Logprobs[candidates.Ids.IndexOf(expected.GreedyIds[i])]
                .ShouldBe((float)expected.GreedyLogprobs[i], Tolerance, $"{what}: log-probability of generated token {i}");
        }
    }
}
