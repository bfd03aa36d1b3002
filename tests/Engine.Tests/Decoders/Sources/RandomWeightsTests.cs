using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Settings;
using LmDeploy.Engine.Tests.Golden;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Quantized;
using LmDeploy.Tests.Torch;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Decoders.Sources;

/// <summary>Models without a checkpoint.</summary>
[Collection(TorchTests.Name)]
public sealed class RandomWeightsTests
{
    private static readonly EngineConfig Config = new(GoldenRun.Config) { LoadFormat = LoadFormat.Dummy, CacheMaxEntryCount = 16 };

    [Theory]
    [MemberData(nameof(GoldenModel.Names), MemberType = typeof(GoldenModel))]
    public void Load_MakesAsManyNumbersAsTheCheckpointHas(string name)
    {
        using var model = WithoutWeights(name);
        var progress = new List<(long Made, long Total)>();
        using var made = Load(model.Path, Config, progress);
        using var read = Load(Path.Combine(GoldenModel.Root, name), new EngineConfig(Config) { LoadFormat = LoadFormat.Auto }, []);
        made.Info.Parameters.ShouldBe(read.Info.Parameters);
        made.Info.WeightBytes.ShouldBe(read.Info.WeightBytes);
        made.Info.Weights.ShouldBe("random, float32");
        made.Info.ReadBytes.ShouldBe(0);
        read.Info.ReadBytes.ShouldBeGreaterThan(0);
        progress[^1].Made.ShouldBe(progress[^1].Total);
        progress.SkipLast(1).ShouldAllBe(step => step.Made < step.Total);
    }

    [Theory]
    [InlineData("llama3")]
    [InlineData("gpt_oss")]
    public async Task Load_MakesTheSameNumbersEachTime(string name)
    {
        using var model = WithoutWeights(name);
        var prompts = GoldenModel.Read(name).Prompts.Take(1).ToList();
        var first = (await GoldenRun.RunAsync(model.Path, Config, prompts)).Single();
        var second = (await GoldenRun.RunAsync(model.Path, Config, prompts)).Single();
        first.PromptLogprobs.ShouldAllBe(score => float.IsFinite(score));
        first.PromptLogprobs.Distinct().Count().ShouldBeGreaterThan(1, "they are no zeros");
        second.PromptLogprobs.ShouldBe(first.PromptLogprobs);
        second.Tokens.ShouldBe(first.Tokens);
    }

    [Fact]
    public void Load_OfQuantizedWeightsIsRefused()
    {
        using var model = QuantizedModel.Of("llama3", new AwqWriter(32));
        var error = Should.Throw<EngineException>(() => Load(model.Quantized.Path, Config, []));
        error.Code.ShouldBe(ErrorCodes.UnsupportedFeature);
        error.Subject.ShouldBe("load_format");
        error.Message.ShouldContain("awq 4-bit");
    }

    [Fact]
    public void Load_OfMoreThanThereIsRoomForIsRefused()
    {
        using var model = WithoutWeights("llama3");
        model.Configure(config => config["vocab_size"] = 2_000_000_000);
        Should.Throw<EngineException>(() => Load(model.Path, Config, [])).Code.ShouldBe(ErrorCodes.OutOfMemory);
    }

    [Fact]
    public void FormatOfALaterVersion_IsRefused()
    {
        var error = Should.Throw<EngineException>(() => EngineSettings.From(new EngineConfig { LoadFormat = (LoadFormat)7 }));
        error.Code.ShouldBe(ErrorCodes.InvalidConfig);
        error.Subject.ShouldBe("load_format");
        error.Message.ShouldBe("load_format must be auto or dummy, got '7'.");
    }

    private static GoldenFolder WithoutWeights(string name)
    {
        var model = GoldenFolder.CopyOf(name);
        foreach (var file in Directory.GetFiles(model.Path, "*.safetensors*"))
        {
            File.Delete(file);
        }

        return model;
    }

    private static LoadedModel Load(string folder, EngineConfig config, List<(long Made, long Total)> progress) =>
        LoadedModel.Load(folder, config, EngineSettings.From(config), (made, total) => progress.Add((made, total)), CancellationToken.None);
}
