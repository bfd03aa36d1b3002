using System.Threading.Channels;
using LmDeploy.Engine.Generation;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Torch;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Golden;

/// <summary>What a request's settings do to its answer.</summary>
[Collection(TorchTests.Name)]
public sealed class GenerationConfigTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);
    private static readonly int[] Prompt = [5, 6, 7, 8];

    private TextModel _model = null!;

    public async ValueTask InitializeAsync() => _model = await TextModel.LoadAsync(
        Path.Combine(GoldenModel.Root, "llama3"),
        new EngineConfig { Device = EngineDevice.Cpu, SessionLen = 256, CacheMaxEntryCount = 64, CacheBlockSeqLen = 16 }, () => { }, null,
        (_, _) => { }, CancellationToken.None);

    public ValueTask DisposeAsync()
    {
        _model.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task MoreTokensThanTheContextHasRoomFor_AreWarnedOf()
    {
        var config = Config();
        config.MaxNewTokens = 5000;
        var started = (await RunAsync(config)).Started;
        started.Warnings.ShouldHaveSingleItem().ShouldContain("room for 252 after a prompt of 4");
        (await RunAsync(new GenerationConfig { MaxNewTokens = 4 })).Started.Warnings.ShouldBeEmpty();
        (await RunAsync(new GenerationConfig { MaxNewTokens = int.MaxValue })).Started.Warnings.ShouldBeEmpty("that is as many as there is room for");
        (await RunAsync(
            new GenerationConfig { MaxNewTokens = 4, ResponseFormat = new ResponseFormat { JsonSchema = """{"type": "string", "format": "uri"}""" } })).Started
            .Warnings.ShouldHaveSingleItem().ShouldContain("\"uri\"");
    }

    [Fact]
    public async Task BadWords_AreNotInTheText_WhereverTheBordersOfTokensAre()
    {
        var plain = await RunAsync(Config());
        plain.Text.Length.ShouldBeGreaterThan(8);
        for (var length = 1; length <= 4; length++)
        {
            for (var start = 0; start + length <= plain.Text.Length; start += 3)
            {
                var word = plain.Text.Substring(start, length);
                if (word.Any(char.IsSurrogate) || word.Contains('\ufffd'))
                {
                    continue;
                }

                var config = Config();
                config.BadWords.Add(word);
                var answer = await RunAsync(config);
                answer.Text.ShouldNotContain(word);
                answer.Ids.Count.ShouldBe(plain.Ids.Count);
            }
        }
    }

    [Fact]
    public async Task BadTokens_AreNotTaken_AndBiasedOnesAre()
    {
        var plain = await RunAsync(Config());
        var bad = Config();
        bad.BadTokenIds.Add(plain.Ids[0]);
        (await RunAsync(bad)).Ids.ShouldNotContain(plain.Ids[0]);
        var biased = Config();
        biased.LogitBias.Add(11, 100);
        (await RunAsync(biased)).Ids.ShouldAllBe(id => id == 11);
    }

    [Fact]
    public async Task AnswerThatRepeatsItself_EndsThere()
    {
        var config = Config();
        config.LogitBias.Add(11, 100);
        config.RepetitionNgramSize = 2;
        config.RepetitionNgramThreshold = 3;

        var answer = await RunAsync(config);

        answer.Ids.Count.ShouldBe(4, "11 11, three times, each one token later");
        answer.Finished.Reason.ShouldBe(FinishReason.Stop);
    }

    [Fact]
    public async Task Ppl_IsTheMeanOfThePromptsLogprobs()
    {
        var scored = Config();
        scored.PromptLogprobs = true;
        scored.ReturnPpl = true;
        var both = (await RunAsync(scored)).Started;
        both.Ppl.ShouldBe(-both.PromptLogprobs.Average(), 1e-6);

        scored.ClearPromptLogprobs();
        var alone = (await RunAsync(scored)).Started;
        alone.Ppl.ShouldBe(both.Ppl, 1e-6);
        alone.PromptLogprobs.ShouldBeEmpty();
        (await RunAsync(Config())).Started.HasPpl.ShouldBeFalse();
    }

    [Fact]
    public async Task TokensOutsideTheVocabulary_AreRefused_NamingTheSetting()
    {
        var biased = Config();
        biased.LogitBias.Add(1_000_000, 1);
        (await Should.ThrowAsync<EngineException>(RunAsync(biased))).Subject.ShouldBe("logit_bias");
        var bad = Config();
        bad.BadTokenIds.Add(-1);
        (await Should.ThrowAsync<EngineException>(RunAsync(bad))).Subject.ShouldBe("bad_token_ids");
        var repeating = Config();
        repeating.RepetitionNgramSize = -1;
        (await Should.ThrowAsync<EngineException>(RunAsync(repeating))).Subject.ShouldBe("repetition_ngram_size");
    }

    private static GenerationConfig Config() => new() { MaxNewTokens = 20, IgnoreEos = true };

    private async Task<(List<int> Ids, string Text, GenerationStarted Started, GenerationFinished Finished)> RunAsync(GenerationConfig config)
    {
        var channel = Channel.CreateUnbounded<GenerationEvent>();
        _model.Submit(
            _model.Requests.Generation(0, new Prompt { TokenIds = new TokenIds { Ids = { Prompt } } }, config, channel.Writer, CancellationToken.None));
        GenerationStarted? started = null;
        var ids = new List<int>();
        var text = "";
        while (true)
        {
            var happened = await channel.Reader.ReadAsync().AsTask().WaitAsync(Deadline);
            started ??= happened.Started;
            if (happened.Delta is { } delta)
            {
                ids.AddRange(delta.TokenIds);
                text += delta.Text;
            }
            else if (happened.Finished is { } finished)
            {
                finished.Error.ShouldBeNull();
                return (ids, text, started!, finished);
            }
        }
    }
}
