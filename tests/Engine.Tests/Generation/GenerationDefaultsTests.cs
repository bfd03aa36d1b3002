using LmDeploy.Engine.Generation;
using LmDeploy.Engine.Sampling;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Tests.Folders;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Generation;

/// <summary>The sampling that a model folder asks for, and requests that leave it to the model.</summary>
public sealed class GenerationDefaultsTests
{
    [Theory]
    [InlineData("{}", "")]
    [InlineData(
        """{"do_sample": true, "temperature": 0.1, "top_p": 0.5, "top_k": 1, "min_p": 0.2, "repetition_penalty": 1.2}""",
        "do_sample temperature top_p top_k min_p repetition_penalty")]
    [InlineData("""{"do_sample": null, "temperature": 9, "top_p": 1.5, "top_k": 2.5, "repetition_penalty": 0, "min_p": -1}""", "")]
    [InlineData("""{"top_k": -1}""", "top_k")]
    [InlineData(
        """{"do_sample": "true", "temperature": NaN, "top_p": Infinity, "top_k": "20", "min_p": [0.1], "repetition_penalty": 1.5}""", "repetition_penalty")]
    public void Sampling_IsReadOfGenerationConfig_WhereARequestMayHaveIt(string generationConfig, string expected)
    {
        using var folder = new TemporaryFolder().With("config.json", "{}").With("generation_config.json", generationConfig);
        var sampling = GenerationDefaults.Read(folder.Path, ConfigFile.Open(folder.Path, "config.json")).Sampling;
        string.Join(' ', SamplingDefaults.Descriptor.Fields.InFieldNumberOrder().Where(field => field.Accessor.HasValue(sampling)).Select(field => field.Name))
            .ShouldBe(expected);
        sampling.TopK.ShouldBe(generationConfig.Contains("\"top_k\": 1,", StringComparison.Ordinal) ? 1 : 0);
    }

    [Fact]
    public void RequestsLeaveToTheModel_WhatTheyDoNotSet()
    {
        var model = new SamplingDefaults { DoSample = false, Temperature = 0.1, TopP = 0.5, TopK = 3, RepetitionPenalty = 1.2 };
        SamplingParameters.From(new GenerationConfig(), model).ShouldSatisfyAllConditions(
            own => own.IsGreedy.ShouldBeTrue(), own => own.TopK.ShouldBe(50), own => own.RepetitionPenalty.ShouldBe(1));
        foreach (var fields in new[] { UnsetFields.Model, UnsetFields.ModelOrOpenai })
        {
            var left = SamplingParameters.From(new GenerationConfig { UnsetFields = fields }, model);
            (left.DoSample, left.Temperature, left.TopP, left.TopK, left.RepetitionPenalty).ShouldBe((false, 0.1, 0.5, 3, 1.2));
            var set = SamplingParameters.From(new GenerationConfig { UnsetFields = fields, Temperature = 0.7, TopK = 0, RepetitionPenalty = 1 }, model);
            (set.DoSample, set.Temperature, set.TopP, set.TopK, set.RepetitionPenalty).ShouldBe((true, 0.7, 0.5, 0, 1));
        }

        SamplingParameters.From(new GenerationConfig { UnsetFields = UnsetFields.ModelOrOpenai }, new SamplingDefaults()).ShouldSatisfyAllConditions(
            own => own.DoSample.ShouldBeTrue(), own => own.Temperature.ShouldBe(1), own => own.TopK.ShouldBe(50));
        SamplingParameters.From(new GenerationConfig { UnsetFields = UnsetFields.Model }, new SamplingDefaults()).DoSample.ShouldBeFalse();
        SamplingParameters.From(new GenerationConfig { UnsetFields = UnsetFields.Model }, new SamplingDefaults { TopP = 0.9 }).ShouldSatisfyAllConditions(
            own => own.DoSample.ShouldBeTrue(), own => own.Temperature.ShouldBe(0.8));
    }
}
