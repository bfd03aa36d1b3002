using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Sampling;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Engine.Settings;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Torch;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Golden;

/// <summary>Requests with one prompt that come together compute it once, and answer as each would alone.</summary>
[Collection(TorchTests.Name)]
public sealed class CommonBeginningTests
{
    private const int BlockSize = 16;
    private const int Count = 8;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    public static TheoryData<string> Families => GoldenModel.Families;

    [Theory]
    [MemberData(nameof(Families))]
    public async Task OnePrompt_ManyAnswers_AreThoseOfEachAlone(string name)
    {
        var golden = GoldenModel.Read(name);
        using var sharing = await StartAsync(golden, enablePrefixCaching: true);
        using var separate = await StartAsync(golden, enablePrefixCaching: false);
        foreach (var prompt in golden.Prompts.Select(prompt => prompt.InputIds))
        {
            var together = await RunAsync(sharing, [.. Enumerable.Range(0, Count).Select(i => Request(prompt, i))]);
            for (var i = 0; i < Count; i++)
            {
                var alone = await RunAsync(separate, [Request(prompt, i)]);
                together[i].Tokens.ShouldBe(alone[0].Tokens, $"answer {i}");
            }

            if (!golden.KeysDependOnLength)
            {
                // One that comes when the first has ended finds its full blocks.
                together.Sum(request => prompt.Length - request.CachedTokens).ShouldBeLessThanOrEqualTo(prompt.Length + ((Count - 1) * BlockSize));
            }
        }
    }

    private static async Task<EngineThread> StartAsync(GoldenModel golden, bool enablePrefixCaching)
    {
        var config = new EngineConfig
        {
            Device = EngineDevice.Cpu, SessionLen = 512, CacheMaxEntryCount = 256, CacheBlockSeqLen = BlockSize, MaxPrefillTokenNum = 40,
            EnablePrefixCaching = enablePrefixCaching,
        };
        var settings = EngineSettings.From(config);
        return (await EngineThread.StartAsync(
            () => { }, () => LoadedModel.Load(golden.Folder, config, settings, (_, _) => { }, CancellationToken.None), settings)).Engine;
    }

    private static async Task<List<RecordingRequest>> RunAsync(EngineThread engine, List<RecordingRequest> requests)
    {
        requests.ForEach(engine.Submit);
        await Task.WhenAll(requests.Select(request => request.Finished)).WaitAsync(Deadline);
        return requests;
    }

    /// <summary>The first is greedy, the others draw.</summary>
    private static RecordingRequest Request(int[] prompt, int number) => new()
    {
        PromptIds = prompt,
        Sampling = number == 0 ? new SamplingParameters() : new SamplingParameters { DoSample = true, Seed = (ulong)number, Temperature = 1.2 },
        MaxNewTokens = 20,
        StopTokenIds = new HashSet<int>(),
    };
}
