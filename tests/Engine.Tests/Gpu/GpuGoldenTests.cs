using LmDeploy.Engine.Tests.Golden;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Torch;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Gpu;

/// <summary>The engine on a GPU against transformers, as <see cref="GoldenTests"/> has it on the CPU; and in bfloat16 on both.</summary>
[Collection(TorchTests.Name)]
public sealed class GpuGoldenTests(ITestOutputHelper output)
{
    /// <summary>Margins of greedy tokens that float32 decides on every device.</summary>
    private const double Tie = 2e-3;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    public static TheoryData<string> Names => GoldenModel.Names;

    private static EngineConfig Config => new(GoldenRun.Config) { Device = EngineDevice.Cuda, Dtype = EngineDtype.Float32 };

    [GpuTheory]
    [MemberData(nameof(Names))]
    public async Task Float32_AgreesWithTransformers(string name)
    {
        var golden = GoldenModel.Read(name);
        await GoldenRun.CompareAsync(golden.Folder, Config, golden.Prompts);
    }

    [GpuTheory]
    [MemberData(nameof(Names))]
    public async Task Float32_AgreesWithTransformers_WhenPrefillIsChunkedAndSequencesAreMany(string name)
    {
        var golden = GoldenModel.Read(name);
        var config = new EngineConfig(Config) { MaxPrefillTokenNum = 7, MaxBatchSize = 3 };
        await GoldenRun.CompareAsync(golden.Folder, config, [.. golden.Prompts, .. golden.Prompts, .. golden.Prompts.Reverse()]);
    }

    /// <summary>Steps run ahead where nothing but the most probable token is asked for.</summary>
    [Theory]
    [MemberData(nameof(Devices.AllGoldens), MemberType = typeof(Devices))]
    public async Task Float32_HasTheTokensOfTransformers_WhenNothingElseIsAskedFor(string name, string device)
    {
        var golden = GoldenModel.Read(name);
        using var engine = await GoldenRun.StartAsync(golden.Folder, new EngineConfig(Config) { Device = Enum.Parse<EngineDevice>(device, ignoreCase: true) });
        GoldenPrompt[] prompts = [.. golden.Prompts, .. golden.Prompts, .. golden.Prompts];
        var requests = prompts.Select(prompt => RecordingRequest.Plain(prompt.InputIds, prompt.GreedyIds.Length)).ToList();
        requests.ForEach(engine.Submit);
        for (var i = 0; i < prompts.Length; i++)
        {
            (await requests[i].Finished.WaitAsync(Deadline)).Error.ShouldBeNull();
            var decided = prompts[i].DecidedTokens(Tie);
            requests[i].Tokens.Take(decided).ShouldBe(prompts[i].GreedyIds.Take(decided), $"prompt {i}");
        }
    }

    /// <summary>
    /// What docs/benchmarks.md says of bfloat16: how far log-probabilities of prompts are off, and how close a call was that went the other way.
    /// Variants have larger weights, whose logits are further off.
    /// </summary>
    [Theory]
    [MemberData(nameof(Devices.AllFamilies), MemberType = typeof(Devices))]
    public async Task Bfloat16_IsNearTransformers(string name, string device)
    {
        var golden = GoldenModel.Read(name);
        var requests = await GoldenRun.RunAsync(
            golden.Folder,
            new EngineConfig(GoldenRun.Config) { Device = Enum.Parse<EngineDevice>(device, ignoreCase: true), Dtype = EngineDtype.Bfloat16 },
            golden.Prompts);
        var (difference, margin) = (0.0, 0.0);
        foreach (var (request, prompt) in requests.Zip(golden.Prompts))
        {
            difference = request.PromptLogprobs.Zip(prompt.PromptLogprobs, (actual, expected) => Math.Abs(actual - expected)).Append(difference).Max();
            var other = Enumerable.Range(0, prompt.GreedyIds.Length).FirstOrDefault(i => request.Tokens[i] != prompt.GreedyIds[i], -1);
            margin = other < 0 ? margin : Math.Max(margin, prompt.GreedyMargins[other]);
        }

        output.WriteLine($"{name} on {device}: log-probabilities of prompts within {difference:0.####}, largest margin of a first other token {margin:0.####}");
        var (mostDifference, mostMargin) = Bounds(name);
        difference.ShouldBeLessThanOrEqualTo(mostDifference);
        margin.ShouldBeLessThanOrEqualTo(mostMargin);
    }

    /// <summary>Between experts with almost the same score rounding decides.</summary>
    private static (double Difference, double Margin) Bounds(string name) =>
        name is "mixtral" or "qwen3_moe" or "gpt_oss" or "deepseek_v3" ? (0.2, 0.5) : (0.03, 0.04);
}
