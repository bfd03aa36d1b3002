using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Models.Specs;

namespace LmDeploy.Engine.Tests.Decoders.Cuda;

public sealed class CudaSupportTests
{
    [Fact]
    public void WhyNot_NamesNothingOfAPlainDecoder() => CudaSupport.WhyNot(Plain()).ShouldBeNull();

    [Fact]
    public void WhyNot_NamesNothingOfPlainExperts() => CudaSupport.WhyNot((DecoderSpec)WithExperts(Plain(), moe => moe)).ShouldBeNull();

    public static TheoryData<string, Func<object, object>> Others => new()
    {
        { "experts that are not chosen by softmax", spec => WithExperts(spec, moe => moe with { Scoring = RouterScoring.Sigmoid }) },
        { "experts in groups, or with a bias in their choice", spec => WithExperts(spec, moe => moe with { Groups = 2 }) },
        { "biases of experts", spec => WithExperts(spec, moe => moe with { RouterBias = true }) },
        { "an expert for every token", spec => WithExperts(spec, moe => moe with { SharedIntermediateSize = 8 }) },
        { "more than 512 experts", spec => WithExperts(spec, moe => moe with { Experts = 520 }) },
        { "more than 32 experts for a token", spec => WithExperts(spec, moe => moe with { Experts = 64, ExpertsPerToken = 33 }) },
        { "sizes that are no multiples of 8", spec => WithExperts(spec, moe => moe with { IntermediateSize = 12 }) },
        { "heads of 12", spec => WithAttention(spec, attention => attention with { HeadDim = 12 }) },
        { "heads of 264", spec => WithAttention(spec, attention => attention with { HeadDim = 264 }) },
        { "a norm over all heads", spec => WithAttention(spec, attention => attention with { QueryKeyNorm = QueryKeyNorm.PerProjection }) },
        { "norms by mean and variance", spec => ((DecoderSpec)spec) with { Norm = NormKind.Layer } },
        { "the kind of feed-forward network", spec => ((DecoderSpec)spec) with { GatedMlp = false } },
        { "biases after attention", spec => ((DecoderSpec)spec) with { MlpBias = true } },
        { "learned positions", spec => ((DecoderSpec)spec) with { LearnedPositions = 16 } },
        { "sizes that are no multiples of 8", spec => ((DecoderSpec)spec) with { HiddenSize = 60 } },
        { "rotary frequencies that depend on the length", spec => ((DecoderSpec)spec) with { Rope = new RopeSettings { Dimensions = 16, Kind = RopeKind.Dynamic, Theta = 1e4, MaxPositions = 64 } } },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void WhyNot_SaysWhatKeepsADecoderFromThem(string reason, Func<object, object> change) =>
        CudaSupport.WhyNot((DecoderSpec)change(Plain())).ShouldBe(reason);

    private static DecoderSpec WithAttention(object spec, Func<AttentionSpec, AttentionSpec> change) =>
        ((DecoderSpec)spec) with { Attention = change(((DecoderSpec)spec).Attention) };

    private static object WithExperts(object spec, Func<MoeSpec, MoeSpec> change) =>
        ((DecoderSpec)spec) with { Moe = change(new MoeSpec { Experts = 4, ExpertsPerToken = 2, IntermediateSize = 8, SparseLayers = [true] }) };

    private static DecoderSpec Plain() => new()
    {
        Architecture = "LlamaForCausalLM",
        VocabSize = 128,
        HiddenSize = 64,
        IntermediateSize = 128,
        Attention = new AttentionSpec { Heads = 4, KeyValueHeads = 2, HeadDim = 16 },
        Rope = new RopeSettings { Dimensions = 16, Theta = 1e4, MaxPositions = 64 },
        SlidingWindows = [null],
        NormEpsilon = 1e-5,
        CheckpointDtype = "bfloat16",
    };
}
