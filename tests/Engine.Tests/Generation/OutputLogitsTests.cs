using System.Runtime.InteropServices;
using System.Threading.Channels;
using Google.Protobuf;
using LmDeploy.Engine.Generation;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Torch;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Generation;

/// <summary>Logits that are reported, against transformers' logits and log-probabilities.</summary>
[Collection(TorchTests.Name)]
public sealed class OutputLogitsTests
{
    private const double Tolerance = 2e-3;

    private static readonly EngineConfig Small = new()
    {
        Device = EngineDevice.Cpu, SessionLen = 512, CacheMaxEntryCount = 512, CacheBlockSeqLen = 4, MaxPrefillTokenNum = 7,
    };

    public static TheoryData<string> Names => ["llama3", "qwen2", "gemma2", "gpt2"];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task All_HasARowForEachTokenButTheLast(string name)
    {
        var golden = GoldenModel.Read(name);
        using var model = await LoadAsync(golden.Folder, Small);
        foreach (var prompt in golden.Prompts)
        {
            for (var round = 0; round < 2; round++)
            {
                var (rows, ids) = await RunAsync(
                    model, prompt.InputIds, new GenerationConfig { MaxNewTokens = 4, IgnoreEos = true, OutputLogits = OutputLogits.All });
                rows.Count.ShouldBe(prompt.InputIds.Length + ids.Count - 1, "from the prefix cache comes nothing");
                for (var i = 1; i < prompt.InputIds.Length; i++)
                {
                    Logprob(rows[i - 1], prompt.InputIds[i]).ShouldBe(prompt.PromptLogprobs[i - 1], Tolerance);
                }

                foreach (var (id, logit) in prompt.LastLogitsTop)
                {
                    ((double)rows[prompt.InputIds.Length - 1][id]).ShouldBe(logit, Tolerance);
                }
            }
        }
    }

    [Fact]
    public async Task Generation_HasTheRowsThatTokensWereChosenFrom_BeforeAnythingIsDoneToThem()
    {
        var prompt = GoldenModel.Read("llama3").Prompts[0];
        using var model = await LoadAsync(GoldenModel.Read("llama3").Folder, Small);
        var greedy = new GenerationConfig { MaxNewTokens = 6, IgnoreEos = true, OutputLogits = OutputLogits.Generation };
        var (rows, ids) = await RunAsync(model, prompt.InputIds, greedy);
        rows.Select(row => Array.IndexOf(row, row.Max())).ShouldBe(ids);

        var banned = new GenerationConfig(greedy) { MaxNewTokens = 1, BadTokenIds = { ids[0] }, RepetitionPenalty = 1.5, LogitBias = { [7] = 50 } };
        var (same, others) = await RunAsync(model, prompt.InputIds, banned);
        others[0].ShouldNotBe(ids[0]);
        same[0].Select(logit => (double)logit).ShouldBe(rows[0].Select(logit => (double)logit), 1e-4);
    }

    [Fact]
    public async Task All_IsTheSame_WhenSequencesGiveWay()
    {
        var golden = GoldenModel.Read("llama3");
        var longest = golden.Prompts.Max(prompt => prompt.InputIds.Length);
        using var model = await LoadAsync(golden.Folder, new EngineConfig(Small) { CacheMaxEntryCount = (longest / 4) + 4 });
        var config = new GenerationConfig { MaxNewTokens = 4, IgnoreEos = true, OutputLogits = OutputLogits.All };
        var prompts = golden.Prompts.Concat(golden.Prompts).ToList();
        var runs = await Task.WhenAll(prompts.Select(prompt => RunAsync(model, prompt.InputIds, config)));
        foreach (var (run, prompt) in runs.Zip(prompts))
        {
            run.Rows.Count.ShouldBe(prompt.InputIds.Length + 3);
            for (var i = 1; i < prompt.InputIds.Length; i++)
            {
                Logprob(run.Rows[i - 1], prompt.InputIds[i]).ShouldBe(prompt.PromptLogprobs[i - 1], Tolerance);
            }
        }
    }

    [Fact]
    public async Task MoreThanTheBound_IsRefused()
    {
        using var model = await LoadAsync(GoldenModel.Read("llama3").Folder, new EngineConfig(Small) { SessionLen = 1_000_000, AllowLongSessionLen = true });
        var config = new GenerationConfig { MaxNewTokens = 900_000, OutputLogits = OutputLogits.Generation };
        var error = await Should.ThrowAsync<EngineException>(RunAsync(model, [1, 2], config));
        error.Code.ShouldBe(ErrorCodes.InvalidRequest);
        error.Subject.ShouldBe("output_logits");
        error.Message.ShouldContain("lower max_new_tokens");
    }

    private static double Logprob(float[] row, int id)
    {
        var highest = row.Max();
        return row[id] - highest - Math.Log(row.Sum(logit => Math.Exp(logit - highest)));
    }

    private static Task<TextModel> LoadAsync(string folder, EngineConfig config) =>
        TextModel.LoadAsync(folder, config, () => { }, null, (_, _) => { }, CancellationToken.None);

    private static async Task<(List<float[]> Rows, List<int> Ids)> RunAsync(TextModel model, int[] ids, GenerationConfig config)
    {
        var channel = Channel.CreateUnbounded<GenerationEvent>();
        model.Submit(model.Requests.Generation(0, new Prompt { TokenIds = new TokenIds { Ids = { ids } } }, config, channel.Writer, CancellationToken.None));
        var (rows, generated) = (new List<float[]>(), new List<int>());
        while (true)
        {
            var happened = await channel.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));
            switch (happened.EventCase)
            {
                case GenerationEvent.EventOneofCase.PromptLogits:
                    happened.PromptLogits.First.ShouldBe(rows.Count);
                    rows.AddRange(Read(happened.PromptLogits.Logits, happened.PromptLogits.Rows));
                    break;
                case GenerationEvent.EventOneofCase.Started:
                    rows.Count.ShouldBe(config.OutputLogits == OutputLogits.All ? ids.Length - 1 : 0);
                    break;
                case GenerationEvent.EventOneofCase.Delta:
                    generated.AddRange(happened.Delta.TokenIds);
                    rows.AddRange(Read(happened.Delta.Logits, happened.Delta.TokenIds.Count));
                    break;
                case GenerationEvent.EventOneofCase.Finished:
                    happened.Finished.Error.ShouldBeNull();
                    return (rows, generated);
            }
        }
    }

    private static IEnumerable<float[]> Read(ByteString logits, int rows) =>
        rows == 0 ? [] : MemoryMarshal.Cast<byte, float>(logits.Span).ToArray().Chunk(logits.Length / sizeof(float) / rows);
}
