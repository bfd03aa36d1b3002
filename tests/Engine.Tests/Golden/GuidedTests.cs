using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using LmDeploy.Engine.Generation;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Torch;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Golden;

/// <summary>Answers that keep to a response format.</summary>
[Collection(TorchTests.Name)]
public sealed class GuidedTests
{
    private const string Schema = """
        {"type": "object", "required": ["id", "kind"], "additionalProperties": false, "properties": {
          "id": {"type": "integer", "minimum": 1, "maximum": 999}, "kind": {"enum": ["cat", "dog"]}, "name": {"type": "string", "maxLength": 4}}}
        """;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);
    private static readonly int[] Prompt = [5, 6, 7, 8];

    public static TheoryData<string> Names => ["llama2", "llama3", "gpt2", "qwen3", "gemma3"];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Regex_MatchesTheWholeAnswer(string name)
    {
        using var model = await LoadAsync(name);
        foreach (var pattern in new[] { @"[a-c]{3}-\d{2}", "(yes|no)( (yes|no)){0,2}!", "é{2}한국?", "" })
        {
            foreach (var config in Configs(Regex(pattern)))
            {
                var answer = await RunAsync(model, config);
                answer.Finished.Reason.ShouldBe(FinishReason.Stop);
                System.Text.RegularExpressions.Regex.IsMatch(answer.Text, $@"\A(?:{pattern})\z").ShouldBeTrue($"{pattern}: {answer.Text}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Json_FitsTheSchema(string name)
    {
        using var model = await LoadAsync(name);
        foreach (var config in Configs(JsonSchema(Schema)))
        {
            var answer = await RunAsync(model, config);
            answer.Finished.Reason.ShouldBe(FinishReason.Stop);
            using var value = JsonDocument.Parse(answer.Text);
            value.RootElement.GetProperty("id").GetInt32().ShouldBeInRange(1, 999);
            value.RootElement.GetProperty("kind").GetString().ShouldBeOneOf("cat", "dog");
        }
    }

    [Fact]
    public async Task JsonObject_Parses()
    {
        using var model = await LoadAsync("llama3");
        var complete = 0;
        for (var seed = 0UL; seed < 20; seed++)
        {
            var config = Sampled(seed, new ResponseFormat { JsonObject = new Empty() });

            // What closes something is likelier than in the model's noise.
            foreach (var text in new[] { "}", "\"", "]" })
            {
                config.LogitBias.Add(model.Prompts.EncodeContinuation(text)[0], 4);
            }

            var answer = await RunAsync(model, config);
            if (answer.Finished.Reason == FinishReason.Stop)
            {
                complete++;
                using var value = JsonDocument.Parse(answer.Text);
                value.RootElement.ValueKind.ShouldBe(JsonValueKind.Object);
            }
        }

        complete.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task MinNewTokens_DoNotHoldUpWhatIsComplete()
    {
        using var model = await LoadAsync("llama3");
        var config = Greedy(Regex("ab"));
        config.MinNewTokens = 30;
        var answer = await RunAsync(model, config);
        answer.Text.ShouldBe("ab");
        answer.Finished.Reason.ShouldBe(FinishReason.Stop);
    }

    [Fact]
    public async Task AnswersBesideGuidedOnes_StayAsTheyWere()
    {
        using var model = await LoadAsync("llama3");
        var alone = await RunAsync(model, Greedy(null));
        var guidedAlone = await RunAsync(model, Greedy(Regex("[a-z]{40}")));
        var beside = new[] { Greedy(null), Greedy(Regex("[a-z]{40}")), Greedy(JsonSchema(Schema)), Greedy(null) };
        var answers = await Task.WhenAll(beside.Select(config => RunAsync(model, config)));
        answers[0].Ids.ShouldBe(alone.Ids);
        answers[3].Ids.ShouldBe(alone.Ids);
        answers[1].Ids.ShouldBe(guidedAlone.Ids);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Answer_CutOffAnywhere_GoesOnTheSame(string name)
    {
        using var model = await LoadAsync(name);
        foreach (var config in Configs(JsonSchema(Schema)).Concat(Configs(Regex(@"(\w{2} é?){3}"))))
        {
            var whole = await RunAsync(model, config);
            for (var cut = 0; cut <= whole.Ids.Count; cut++)
            {
                var rest = await RunAsync(model, config, [.. whole.Ids.Take(cut)]);
                rest.Ids.ShouldBe(whole.Ids.Skip(cut));
                rest.Finished.ShouldBe(whole.Finished);
            }
        }
    }

    [Fact]
    public async Task WhatCannotBeHonoured_IsRefused()
    {
        using var model = await LoadAsync("llama3");
        var broken = await Should.ThrowAsync<EngineException>(RunAsync(model, Greedy(JsonSchema("{"))));
        broken.Message.ShouldContain("not valid JSON");
        (await Should.ThrowAsync<EngineException>(RunAsync(model, Greedy(JsonSchema("""{"type": "object", "if": {}, "then": {}}"""))))).Message.ShouldContain(
            "#/if");
        (await Should.ThrowAsync<EngineException>(RunAsync(model, Greedy(Regex(@"(a)\1"))))).Message.ShouldContain("backreference");
        var other = await Should.ThrowAsync<EngineException>(RunAsync(model, Greedy(Regex("aaa")), model.Prompts.EncodeContinuation("b")));
        other.Subject.ShouldBe("resumed_token_ids");
    }

    [Fact]
    public async Task WordsThatTheFormatNeeds_CannotBeForbidden()
    {
        using var model = await LoadAsync("llama3");
        var config = Greedy(Regex("a"));
        config.BadTokenIds.AddRange(Enumerable.Range(0, model.Info.VocabSize));
        var answer = await RunAsync(model, config);
        answer.Finished.Reason.ShouldBe(FinishReason.Error);
        answer.Finished.Error.Subject.ShouldBe("response_format");
    }

    private static Task<TextModel> LoadAsync(string name) => TextModel.LoadAsync(
        Path.Combine(GoldenModel.Root, name),
        new EngineConfig { Device = EngineDevice.Cpu, SessionLen = 256, CacheMaxEntryCount = 64, CacheBlockSeqLen = 16 }, () => { }, null,
        (_, _) => { }, CancellationToken.None);

    private static ResponseFormat Regex(string pattern) => new() { RegexSchema = pattern };

    private static ResponseFormat JsonSchema(string schema) => new() { JsonSchema = schema };

    private static IEnumerable<GenerationConfig> Configs(ResponseFormat format)
    {
        yield return Greedy(format);
        yield return Sampled(3, format);
        yield return Sampled(7, format);
        var ignoring = Sampled(11, format);
        ignoring.IgnoreEos = true;
        ignoring.Logprobs = 2;
        yield return ignoring;
    }

    private static GenerationConfig Greedy(ResponseFormat? format) => new() { MaxNewTokens = 120, ResponseFormat = format };

    private static GenerationConfig Sampled(ulong seed, ResponseFormat format) =>
        new() { MaxNewTokens = 120, DoSample = true, RandomSeed = seed, TopK = 0, Temperature = 1.2, ResponseFormat = format };

    private static async Task<(List<int> Ids, string Text, GenerationFinished Finished)> RunAsync(
        TextModel model, GenerationConfig config, params int[] resumed)
    {
        var channel = Channel.CreateUnbounded<GenerationEvent>();
        var prompt = new Prompt { TokenIds = new TokenIds { Ids = { Prompt } } };
        model.Submit(model.Requests.Generation(0, prompt, config, channel.Writer, CancellationToken.None, resumedIds: resumed));
        var ids = new List<int>();
        var text = "";
        while (true)
        {
            var happened = await channel.Reader.ReadAsync().AsTask().WaitAsync(Deadline);
            if (happened.Delta is { } delta)
            {
                ids.AddRange(delta.TokenIds);
                text += delta.Text;
            }
            else if (happened.Finished is { } finished)
            {
                return (ids, text, finished);
            }
        }
    }
}
