using LmDeploy.V1;
using LmDeploy.Worker.Generation;
using LmDeploy.Worker.Models;
using LmDeploy.Worker.Scheduling;

namespace LmDeploy.Worker.Tests.Engine;

/// <summary>The engine in float32 on the CPU against transformers.</summary>
[Collection(TorchTests.Name)]
public sealed class GoldenTests
{
    private const double Tolerance = 2e-3;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    // More than any golden prompt; variants with dynamic rope are longer than their checkpoint's own context.
    private static readonly EngineConfig Config = new() { SessionLen = 512, CacheMaxEntryCount = 256, CacheBlockSeqLen = 16 };

    public static TheoryData<string> Names => GoldenModel.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Engine_AgreesWithTransformers(string name)
    {
        var golden = GoldenModel.Read(name);
        await RunAllAsync(golden, Config, golden.Prompts);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Engine_AgreesWithTransformers_WhenPrefillIsChunkedAndSequencesAreMany(string name)
    {
        var golden = GoldenModel.Read(name);
        var config = Config.Clone();
        config.MaxPrefillTokenNum = 7;
        config.MaxBatchSize = 3;
        await RunAllAsync(golden, config, [.. golden.Prompts, .. golden.Prompts, .. golden.Prompts.Reverse()]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Engine_AgreesWithTransformers_WhenSequencesGiveWayToOneAnother(string name)
    {
        var golden = GoldenModel.Read(name);
        var config = Config.Clone();
        var longest = golden.Prompts.Max(prompt => prompt.InputIds.Length + prompt.GreedyIds.Length);
        config.CacheBlockSeqLen = 8;
        config.CacheMaxEntryCount = (longest / 8) + 4;
        await RunAllAsync(golden, config, [.. golden.Prompts, .. golden.Prompts, .. golden.Prompts.Reverse()]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Engine_AgreesWithTransformers_WhenTheBeginningIsKnown(string name)
    {
        var golden = GoldenModel.Read(name);
        var config = Config.Clone();
        config.CacheBlockSeqLen = 4;
        var settings = EngineSettings.From(config);
        var (engine, _) = await EngineThread.StartAsync(
            () => { }, () => LoadedModel.Load(golden.Folder, config, settings, (_, _) => { }, CancellationToken.None), settings);
        using (engine)
        {
            foreach (var prompt in golden.Prompts)
            {
                var decided = prompt.DecidedTokens(Tolerance);
                for (var round = 0; round < 2; round++)
                {
                    var request = RecordingRequest.Unscored(prompt.InputIds, prompt.GreedyIds.Length);
                    engine.Submit(request);
                    (await request.Finished.WaitAsync(Deadline)).Error.ShouldBeNull();
                    request.Tokens.Take(decided).ShouldBe(prompt.GreedyIds.Take(decided), $"round {round}");
                    if (round == 1 && !golden.KeysDependOnLength)
                    {
                        request.CachedTokens.ShouldBe((prompt.InputIds.Length - 1) / 4 * 4);
                    }
                }
            }
        }
    }

    private static async Task RunAllAsync(GoldenModel golden, EngineConfig config, IReadOnlyList<GoldenPrompt> prompts)
    {
        var settings = EngineSettings.From(config);
        var (engine, _) = await EngineThread.StartAsync(
            () => { }, () => LoadedModel.Load(golden.Folder, config, settings, (_, _) => { }, CancellationToken.None), settings);
        using (engine)
        {
            var requests = prompts.Select(prompt => RecordingRequest.Greedy(prompt.InputIds, prompt.GreedyIds.Length)).ToList();
            requests.ForEach(engine.Submit);
            for (var i = 0; i < requests.Count; i++)
            {
                var (reason, error) = await requests[i].Finished.WaitAsync(Deadline);
                error.ShouldBeNull();
                reason.ShouldBe(FinishReason.Length);
                Compare(requests[i], prompts[i], $"prompt {i}");
            }

            engine.Status.BlocksUsed.ShouldBe(0, "all blocks come back");
        }
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
        var decided = expected.DecidedTokens(Tolerance);
        actual.Tokens.Take(decided).ShouldBe(expected.GreedyIds.Take(decided), what);
        for (var i = 0; i < decided; i++)
        {
            var candidates = actual.Logprobs[i]!;
            candidates.Logprobs[candidates.Ids.IndexOf(expected.GreedyIds[i])]
                .ShouldBe((float)expected.GreedyLogprobs[i], Tolerance, $"{what}: log-probability of generated token {i}");
        }
    }
}
