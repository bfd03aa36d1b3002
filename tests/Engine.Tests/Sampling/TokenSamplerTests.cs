using LmDeploy.Engine.Sampling;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Sampling;

public sealed class TokenSamplerTests
{
    // Probabilities 0.4, 0.3, 0.2, 0.1, shuffled.
    private static readonly float[] Logits = [.. new[] { 0.2, 0.4, 0.1, 0.3 }.Select(p => (float)Math.Log(p))];

    private readonly TokenSampler _sampler = new();

    [Fact]
    public void Greedy_TakesTheLargest_AndOfEqualOnesTheFirst()
    {
        Sample(new SamplingParameters()).Id.ShouldBe(1);
        _sampler.Sample([1f, 2f, 2f], Row(new SamplingParameters())).Id.ShouldBe(1);
    }

    [Theory]
    [InlineData(0, 1.0, 0.0, new[] { 0, 1, 2, 3 })]
    [InlineData(2, 1.0, 0.0, new[] { 1, 3 })]
    [InlineData(0, 0.5, 0.0, new[] { 1, 3 })]
    [InlineData(0, 0.0, 0.0, new[] { 1 })]
    [InlineData(0, 1.0, 0.4, new[] { 0, 1, 3 })]
    [InlineData(3, 0.95, 0.6, new[] { 1, 3 })]
    public void Sampled_StaysAmongWhatTopKTopPAndMinPKeep(int topK, double topP, double minP, int[] kept)
    {
        var seen = Enumerable.Range(0, 500)
            .Select(seed => Sample(new SamplingParameters { DoSample = true, Temperature = 1, TopK = topK, TopP = topP, MinP = minP, Seed = (ulong)seed }).Id)
            .Distinct()
            .Order();
        seen.ShouldBe(kept);
    }

    [Fact]
    public void Sampled_FollowsTheProbabilities()
    {
        const int draws = 10_000;
        var counts = new int[4];
        for (var position = 0; position < draws; position++)
        {
            counts[_sampler.Sample(Logits, Row(new SamplingParameters { DoSample = true, Temperature = 1, TopK = 0, Seed = 9 }, position)).Id]++;
        }

        counts.Select(count => (double)count / draws).Zip([0.2, 0.4, 0.1, 0.3]).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 0.02);
    }

    [Fact]
    public void Forbidden_MayNameTokensOfAnotherVocabulary() =>
        _sampler.Sample([1f, 2f, 3f], Row(new SamplingParameters()) with { Forbidden = [-1, 2, 999_999] }).Id.ShouldBe(1);

    [Fact]
    public void RepetitionPenalty_LowersWhatWasSaid_WhateverItsSign()
    {
        var penalized = new SamplingParameters { RepetitionPenalty = 10 };
        _sampler.Sample([3f, 2f], Row(penalized, context: [0, 0])).Id.ShouldBe(1);
        _sampler.Sample([-1f, -2f], Row(penalized, context: [0])).Id.ShouldBe(1);
    }

    [Theory]
    [InlineData(1.5, 0.0, new[] { 1 }, 0, 3)] // once
    [InlineData(0.2, 0.0, new[] { 1, 1, 1 }, 0, 1)] // still once
    [InlineData(0.0, 0.2, new[] { 1, 1, 1 }, 0, 3)] // three times
    [InlineData(0.0, 0.2, new[] { 1 }, 0, 1)]
    [InlineData(2.0, 2.0, new[] { 1, 1 }, 2, 1)] // the prompt does not count
    [InlineData(-1.5, 0.0, new[] { 2 }, 0, 2)] // below 0 it makes it likelier
    public void PresenceAndFrequencyPenalty_CountWhatWasGenerated(double presence, double frequency, int[] context, int promptLength, int expected)
    {
        var parameters = new SamplingParameters { PresencePenalty = presence, FrequencyPenalty = frequency };
        _sampler.Sample(Logits, new SamplingRow(parameters, context, promptLength)).Id.ShouldBe(expected);
    }

    [Fact]
    public void LogitBias_IsAdded()
    {
        var parameters = new SamplingParameters { LogitBias = new Dictionary<int, double> { [2] = 100, [1] = -100 } };
        parameters.IsPlainArgmax.ShouldBeFalse();
        Sample(parameters).Id.ShouldBe(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RejectedTokens_AreNotChosen(bool doSample)
    {
        var parameters = new SamplingParameters { DoSample = doSample, TopK = 3, Seed = 5 };
        _sampler.Sample(Logits, new SamplingRow(parameters, [], 0) { Rejects = id => id != 2 }).Id.ShouldBe(2);
        var first = Sample(parameters).Id;
        _sampler.Sample(Logits, new SamplingRow(parameters, [], 0) { Rejects = _ => true }).Id.ShouldBe(first, "when all are rejected the first choice stands");
    }

    [Fact]
    public void ForbiddenTokens_AreNeverChosen() =>
        _sampler.Sample(Logits, new SamplingRow(new SamplingParameters(), [], 0) { Forbidden = [1] }).Id.ShouldBe(3);

    [Fact]
    public void Logprobs_AreTheModelsOwn_WithTheChosenTokenAmongThem()
    {
        var token = _sampler.Sample(Logits, new SamplingRow(new SamplingParameters { Logprobs = 2, RepetitionPenalty = 2 }, [1, 3], 0) { Forbidden = [0] });
        token.Logprobs!.Ids.Take(2).ShouldBe([1, 3]);
        token.Logprobs.Ids.ShouldContain(token.Id);
        Math.Exp(token.Logprobs.Logprobs[0]).ShouldBe(0.4, 1e-6);
    }

    [Theory]
    [InlineData("temperature", 2.01)]
    [InlineData("temperature", -1)]
    [InlineData("top_p", 1.01)]
    [InlineData("top_p", double.NaN)]
    [InlineData("min_p", -0.1)]
    [InlineData("repetition_penalty", 0)]
    [InlineData("top_k", -1)]
    [InlineData("min_new_tokens", -1)]
    [InlineData("logprobs", -1)]
    [InlineData("presence_penalty", 2.1)]
    [InlineData("frequency_penalty", -2.1)]
    [InlineData("frequency_penalty", double.NaN)]
    public void From_RefusesValuesOutOfRange_NamingThem(string field, double value)
    {
        var config = new GenerationConfig();
        var descriptor = GenerationConfig.Descriptor.FindFieldByName(field);
        descriptor.Accessor.SetValue(config, descriptor.FieldType == Google.Protobuf.Reflection.FieldType.Int32 ? (object)(int)value : value);
        var error = Should.Throw<EngineException>(() => SamplingParameters.From(config, new SamplingDefaults()));
        error.Code.ShouldBe(ErrorCodes.InvalidRequest);
        error.Message.ShouldContain(field);
        error.Subject.ShouldBe(field);
    }

    private static SamplingRow Row(SamplingParameters parameters, int position = 0, int[]? context = null) =>
        new(parameters, context ?? [], 0) { Position = position };

    private SampledToken Sample(SamplingParameters parameters) => _sampler.Sample(Logits, Row(parameters));
}
