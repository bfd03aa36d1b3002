using System.Threading.Channels;
using LmDeploy.Engine.Generation;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Torch;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Golden;

/// <summary>A request that is cut off after any of its tokens goes on, in another engine or the same, as if it had not been.</summary>
[Collection(TorchTests.Name)]
public sealed class ResumeTests
{
    private const float Tolerance = 1e-4f;
    private const int Tokens = 24;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);
    private static readonly EngineConfig Engine = new()
    {
        Device = EngineDevice.Cpu, SessionLen = 512, CacheMaxEntryCount = 256, CacheBlockSeqLen = 16, MaxPrefillTokenNum = 11,
    };

    public static TheoryData<string> Names => ["llama2", "llama3", "mistral", "qwen2", "qwen3"];

    public static TheoryData<string> Families => GoldenModel.Families;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Generation_CutOffAnywhere_GoesOnTheSame(string name)
    {
        var golden = GoldenModel.Read(name);
        using var model = await TextModel.LoadAsync(golden.Folder, Engine, () => { }, null, (_, _) => { }, CancellationToken.None);
        var prompt = golden.Prompts[0].InputIds;
        var plain = await RunAsync(model, prompt, [], Greedy());
        foreach (var config in Configs(plain))
        {
            await ShouldGoOnTheSameAsync(model, prompt, config, _ => true);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Generation_CutInHalf_GoesOnTheSameInEveryFamily(string name)
    {
        var golden = GoldenModel.Read(name);
        using var model = await TextModel.LoadAsync(golden.Folder, Engine, () => { }, null, (_, _) => { }, CancellationToken.None);
        foreach (var prompt in golden.Prompts)
        {
            await ShouldGoOnTheSameAsync(model, prompt.InputIds, Greedy(), cut => cut == Tokens / 2);
        }
    }

    [Fact]
    public async Task ResumedIds_MustBeInTheVocabularyAndWithinTheLimit()
    {
        var golden = GoldenModel.Read("llama3");
        using var model = await TextModel.LoadAsync(golden.Folder, Engine, () => { }, null, (_, _) => { }, CancellationToken.None);
        var tooMany = await Should.ThrowAsync<EngineException>(RunAsync(model, [1, 2], [.. Enumerable.Repeat(3, Tokens + 1)], Greedy()));
        tooMany.Message.ShouldContain("resumed_token_ids");
        var unknown = await Should.ThrowAsync<EngineException>(RunAsync(model, [1, 2], [int.MaxValue], Greedy()));
        unknown.Code.ShouldBe(ErrorCodes.InvalidRequest);
    }

    private static GenerationConfig Greedy() => new() { MaxNewTokens = Tokens, IgnoreEos = true };

    /// <summary>Everything that has a state which must survive; stop words are taken from the text that comes without them.</summary>
    private static IEnumerable<GenerationConfig> Configs(Run plain)
    {
        yield return Greedy();
        yield return new GenerationConfig { MaxNewTokens = Tokens, IgnoreEos = true, RepetitionPenalty = 1.3, Logprobs = 3, PromptLogprobs = true };
        yield return new GenerationConfig { MaxNewTokens = Tokens, DoSample = true, RandomSeed = 11, Temperature = 1.5, TopK = 0, TopP = 0.9, Logprobs = 2 };
        yield return new GenerationConfig { MaxNewTokens = Tokens, MinNewTokens = 9, StopTokenIds = { plain.Ids[3], plain.Ids[12] } };
        yield return new GenerationConfig
        {
            MaxNewTokens = Tokens, IgnoreEos = true, DoSample = true, RandomSeed = 3, PresencePenalty = 1, FrequencyPenalty = 0.5,
            BadTokenIds = { plain.Ids[1] },
        };
        yield return new GenerationConfig { MaxNewTokens = Tokens, IgnoreEos = true, RepetitionNgramSize = 1, RepetitionNgramThreshold = 2 };
        if (plain.Text.Length > 8)
        {
            var middle = plain.Text.Substring(plain.Text.Length / 2, 3);
            yield return new GenerationConfig { MaxNewTokens = Tokens, IgnoreEos = true, StopWords = { middle } };
            yield return new GenerationConfig { MaxNewTokens = Tokens, IgnoreEos = true, BadWords = { middle } };
            yield return new GenerationConfig { MaxNewTokens = Tokens, IgnoreEos = true, StopWords = { middle }, IncludeStopStrInOutput = true };
            yield return new GenerationConfig { MaxNewTokens = Tokens, IgnoreEos = true, StopWords = { middle + "\u2603", plain.Text[^4..] + "\u2603" } };
        }
    }

    private static async Task ShouldGoOnTheSameAsync(TextModel model, int[] prompt, GenerationConfig config, Func<int, bool> cuts)
    {
        var whole = await RunAsync(model, prompt, [], config);
        var ids = whole.Ids;
        foreach (var cut in Enumerable.Range(0, ids.Count + 1).Where(cuts))
        {
            var rest = await RunAsync(model, prompt, [.. ids.Take(cut)], config);
            var what = $"{config} after {cut} tokens";
            rest.Ids.ShouldBe(ids.Skip(cut), what);
            (whole.TextOf(cut) + rest.Text).ShouldBe(whole.Text, what);
            rest.Finished.ShouldBe(whole.Finished, what);
            rest.Logprobs.Count.ShouldBe(Math.Max(0, whole.Logprobs.Count - cut), what);
            for (var i = 0; i < rest.Logprobs.Count; i++)
            {
                rest.Logprobs[i].Ids.ShouldBe(whole.Logprobs[cut + i].Ids, what);
                rest.Logprobs[i].Logprobs[0].ShouldBe(whole.Logprobs[cut + i].Logprobs[0], Tolerance, what);
            }
        }
    }

    private static async Task<Run> RunAsync(TextModel model, int[] promptIds, int[] resumed, GenerationConfig config)
    {
        var prompt = new Prompt { TokenIds = new TokenIds { Ids = { promptIds } } };
        var channel = Channel.CreateUnbounded<GenerationEvent>();
        model.Submit(model.Requests.Generation(0, prompt, config, channel.Writer, CancellationToken.None, resumedIds: resumed));
        var deltas = new List<GenerationDelta>();
        while (true)
        {
            var happened = await channel.Reader.ReadAsync().AsTask().WaitAsync(Deadline);
            if (happened.Delta is { } delta)
            {
                deltas.Add(delta);
            }
            else if (happened.Finished is { } finished)
            {
                return new Run(deltas, finished);
            }
        }
    }

    private sealed record Run(IReadOnlyList<GenerationDelta> Deltas, GenerationFinished Finished)
    {
        public IReadOnlyList<int> Ids => [.. Deltas.SelectMany(delta => delta.TokenIds)];

        public IReadOnlyList<TokenLogprobs> Logprobs => [.. Deltas.SelectMany(delta => delta.Logprobs)];

        public string Text => string.Concat(Deltas.Select(delta => delta.Text));

        /// <summary>The text that came with the first tokens.</summary>
        public string TextOf(int tokens) => string.Concat(Deltas.Where(delta => delta.TokenIds.Count > 0).Take(tokens).Select(delta => delta.Text));
    }
}
