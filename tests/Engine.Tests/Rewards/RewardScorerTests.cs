using System.Text.Json.Nodes;
using System.Threading.Channels;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Generation;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Torch;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Rewards;

[Collection(TorchTests.Name)]
public sealed class RewardScorerTests
{
    private const double Tolerance = 2e-3;

    private static readonly EngineConfig Small = new()
    {
        Device = EngineDevice.Cpu, SessionLen = 512, CacheMaxEntryCount = 512, CacheBlockSeqLen = 4, MaxPrefillTokenNum = 7,
    };

    [Theory]
    [InlineData("llama3", "LlamaForSequenceClassification", "score.weight")]
    [InlineData("qwen2", "Qwen2ForSequenceClassification", "score.weight")]
    [InlineData("qwen3", "Qwen3ForSequenceClassification", "score.weight")]
    [InlineData("gemma3", "Gemma3TextForSequenceClassification", "score.weight")]
    [InlineData("gpt2", "GPT2ForSequenceClassification", "score.weight")]
    [InlineData("mistral", "MistralForSequenceClassification", "score.weight")]
    [InlineData("llama3", "InternLM2ForRewardModel", "v_head.weight")]
    public async Task Score_IsTheScoreOfTheLastPosition(string golden, string architecture, string head)
    {
        foreach (var prompt in GoldenModel.Read(golden).Prompts)
        {
            var (token, logit) = prompt.LastLogitsTop[0];
            using var folder = RewardModel.Linear(golden, architecture, head, token);
            using var model = await LoadAsync(folder);
            model.Info.Architecture.ShouldBe(architecture);
            (await ScoreAsync(model, prompt.InputIds)).Score.ShouldBe(logit, Tolerance);
            (await ScoreAsync(model, prompt.InputIds)).Score.ShouldBe(logit, Tolerance, "from the prefix cache");
        }
    }

    [Fact]
    public async Task Score_OfTwoLayersAndAReluBetween()
    {
        foreach (var prompt in GoldenModel.Read("qwen2").Prompts)
        {
            var (token, logit) = prompt.LastLogitsTop[0];
            using var folder = RewardModel.TwoLayers("qwen2", token);
            using var model = await LoadAsync(folder);
            (await ScoreAsync(model, prompt.InputIds)).Score.ShouldBe(logit + 1, Tolerance);
        }
    }

    [Fact]
    public async Task Score_OfAClassifierIsThatOfTheLastTokenThatIsNoPadding()
    {
        var prompt = GoldenModel.Read("llama3").Prompts[0];
        var (token, logit) = prompt.LastLogitsTop[0];
        using var folder = RewardModel.Linear("llama3", "LlamaForSequenceClassification", "score.weight", token);
        const int padding = 1;
        folder.Configure(config => config["pad_token_id"] = padding);
        using var model = await LoadAsync(folder);
        var padded = await ScoreAsync(model, [.. prompt.InputIds, padding, padding]);
        padded.Score.ShouldBe(logit, Tolerance);
        padded.InputTokenLen.ShouldBe(prompt.InputIds.Length + 2);
        (await ScoreAsync(model, [padding, padding])).Error.ShouldBeNull("the first token always counts");
    }

    [Fact]
    public async Task Score_OfABatch_IsThatOfEach()
    {
        var prompts = GoldenModel.Read("llama3").Prompts;
        using var folder = RewardModel.Linear("llama3", "LlamaForSequenceClassification", "score.weight", prompts[0].LastLogitsTop[0].Id);
        using var model = await LoadAsync(folder);
        var together = await Task.WhenAll(prompts.Select(prompt => ScoreAsync(model, prompt.InputIds)));
        foreach (var (score, prompt) in together.Zip(prompts))
        {
            (await ScoreAsync(model, prompt.InputIds)).Score.ShouldBe(score.Score, 1e-4);
        }

        (await ScoreAsync(model, [])).Error.Code.ShouldBe(ErrorCodes.InvalidRequest);
        (await ScoreAsync(model, [.. Enumerable.Repeat(1, 513)])).Error.Code.ShouldBe(ErrorCodes.ContextLengthExceeded);
    }

    [Fact]
    public async Task LanguageModel_SaysThatItIsNoRewardModel()
    {
        using var folder = GoldenFolder.CopyOf("llama3");
        using var model = await LoadAsync(folder);
        var error = (await ScoreAsync(model, [1, 2])).Error;
        error.Code.ShouldBe(ErrorCodes.UnsupportedFeature);
        error.Message.ShouldContain("LlamaForCausalLM is no reward model");
        error.Message.ShouldContain("InternLM2ForRewardModel");
    }

    [Fact]
    public async Task RewardModel_SaysThatItDoesNotGenerate()
    {
        using var folder = RewardModel.TwoLayers("qwen2", token: 5);
        using var model = await LoadAsync(folder);
        var prompt = new Prompt { TokenIds = new TokenIds { Ids = { 1, 2 } } };
        var refusal = Should.Throw<EngineException>(() =>
            model.Requests.Generation(0, prompt, new GenerationConfig(), Channel.CreateUnbounded<GenerationEvent>().Writer, CancellationToken.None));
        refusal.Code.ShouldBe(ErrorCodes.UnsupportedFeature);
        refusal.Message.ShouldContain("made for GetRewardScore");
        (await model.Likelihood.ScoreAsync(
            new LogLikelihoodInput { Prompt = prompt },
            new RequestOrigin(this, 0),
            CancellationToken.None)).Continuations.Single().Error.Code.ShouldBe(ErrorCodes.UnsupportedFeature);
        var input = new LogLikelihoodInput { Prompt = prompt, Continuations = { new Continuation { TokenIds = new TokenIds { Ids = { 3 } } } } };
        (await model.Likelihood.ScoreAsync(input, new RequestOrigin(this, 0), CancellationToken.None)).Continuations.Single().Error.Code
            .ShouldBe(ErrorCodes.UnsupportedFeature);
    }

    [Theory]
    [InlineData("num_labels", "3")]
    [InlineData("id2label", """{"0":"a","1":"b"}""")]
    [InlineData("is_causal", "false")]
    [InlineData("use_bidirectional_attention", "true")]
    public async Task WhatIsNoRewardModelThatIsKnown_IsNotLoaded(string key, string value)
    {
        using var folder = RewardModel.Linear("llama3", "LlamaForSequenceClassification", "score.weight", token: 5);
        folder.Configure(config => config[key] = JsonNode.Parse(value));
        (await Should.ThrowAsync<EngineException>(LoadAsync(folder))).Code.ShouldBe(ErrorCodes.UnsupportedFeature);
    }

    [Fact]
    public async Task ScoreLayerThatIsMissing_IsNamed()
    {
        using var folder = GoldenFolder.CopyOf("qwen2");
        folder.Configure(config => config["architectures"] = new JsonArray("Qwen2ForRewardModel"));
        var error = await Should.ThrowAsync<EngineException>(LoadAsync(folder));
        error.Code.ShouldBe(ErrorCodes.MissingTensor);
        error.Message.ShouldContain("score.0.weight");
    }

    private static Task<TextModel> LoadAsync(GoldenFolder folder) =>
        TextModel.LoadAsync(folder.Path, Small, () => { }, null, (_, _) => { }, CancellationToken.None);

    private static Task<RewardResult> ScoreAsync(TextModel model, int[] ids) =>
        model.Rewards
            .ScoreAsync(new Prompt { TokenIds = new TokenIds { Ids = { ids } } }, new RequestOrigin(new object(), 0), CancellationToken.None)
            .WaitAsync(TimeSpan.FromMinutes(1));
}
