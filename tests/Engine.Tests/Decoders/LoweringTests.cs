using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Models.Specs;
using LmDeploy.Tests.Torch;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Decoders;

/// <summary>What parts answer to the question for their kernel form.</summary>
[Collection(TorchTests.Name)]
public sealed class LoweringTests
{
    public static TheoryData<string, Func<object, object>> Others => new()
    {
        { "router: scores by Sigmoid, but the kernels have softmax alone", spec => WithExperts(spec, moe => moe with { Scoring = RouterScoring.Sigmoid }) },
        { "router: experts in 2 groups", spec => WithExperts(spec, moe => moe with { Groups = 2 }) },
        { "router: a bias in the choice of experts", spec => WithExperts(spec, moe => moe with { CorrectionBias = true }) },
        { "router: a bias of its scores", spec => WithExperts(spec, moe => moe with { RouterBias = true }) },
        { "router: 520 experts, but the kernels have room for 512", spec => WithExperts(spec, moe => moe with { Experts = 520 }) },
        {
            "router: 33 experts for each token, but the kernels have room for 32",
            spec => WithExperts(spec, moe => moe with { Experts = 64, ExpertsPerToken = 33 })
        },
        { "experts: their projections have biases", spec => WithExperts(spec, moe => moe with { ExpertBias = true }) },
        { "experts: one of them computes every token", spec => WithExperts(spec, moe => moe with { SharedIntermediateSize = 8 }) },
        { "experts: their inner size of 12 is no multiple of 8", spec => WithExperts(spec, moe => moe with { IntermediateSize = 12 }) },
        {
            "experts: matrices with their inputs before their outputs have no kernel form",
            spec => WithExperts(spec, moe => moe with { Layout = ExpertLayout.Interleaved })
        },
        {
            "experts: the activation ClampedSwiGlu has no kernel form",
            spec => (DecoderSpec)WithExperts(spec, moe => moe) with { Activation = Activation.ClampedSwiGlu }
        },
        { "attention: heads of 12, but the kernels have multiples of 8 up to 256", spec => WithAttention(spec, attention => attention with { HeadDim = 12 }) },
        {
            "attention: heads of 264, but the kernels have multiples of 8 up to 256",
            spec => WithAttention(spec, attention => attention with { HeadDim = 264 })
        },
        {
            "attention: a norm over all heads of a token together",
            spec => WithAttention(spec, attention => attention with { QueryKeyNorm = QueryKeyNorm.PerProjection })
        },
        { "attention: its output projection has a bias", spec => WithAttention(spec, attention => attention with { OutputBias = true }) },
        { "attention: LatentAttention has no kernel form", spec => WithAttention(spec, _ => SpecChange.Latent) },
        {
            "attention: a matrix with its inputs before its outputs has no kernel form",
            spec => (DecoderSpec)spec with { Names = MadeDecoder.Fused with { InputsFirst = true } }
        },
        { "norm: LayerNorm has no kernel form", spec => (DecoderSpec)spec with { Norm = NormKind.Layer } },
        { "feed-forward network: PlainMlp has no kernel form", spec => (DecoderSpec)spec with { GatedMlp = false } },
        { "feed-forward network: the activation ClampedSwiGlu has no kernel form", spec => (DecoderSpec)spec with { Activation = Activation.ClampedSwiGlu } },
        { "feed-forward network: its projections have biases", spec => (DecoderSpec)spec with { MlpBias = true } },
        { "feed-forward network: its inner size of 12 is no multiple of 8", spec => (DecoderSpec)spec with { IntermediateSize = 12 } },
        { "embedding: a hidden size of 60 is no multiple of 8", spec => (DecoderSpec)spec with { HiddenSize = 60 } },
        { "positions: a learned embedding has no kernel form", spec => (DecoderSpec)spec with { LearnedPositions = 16 } },
        {
            "rotary positions: frequencies that depend on the length of the sequence (Dynamic)",
            spec => (DecoderSpec)spec with { Rope = MadeDecoder.Rope with { Kind = RopeKind.Dynamic } }
        },
        {
            "rotary positions: layers with a sliding window rotate 8 dimensions of a head, the others 16",
            spec => (DecoderSpec)spec with { SlidingWindows = [8], SlidingRope = MadeDecoder.Rope with { Dimensions = 8 } }
        },
        { "head: the model has no output projection", spec => (DecoderSpec)spec with { HasOutput = false } },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void Lower_NamesThePartAndTheSettingThatItHasNoKernelFormFor(string reason, Func<object, object> change) =>
        MadeDecoder.WhyNot((DecoderSpec)change(MadeDecoder.Plain)).ShouldBe(reason);

    [Fact]
    public void Lower_HasTheLayersOfAPlainDecoder()
    {
        var spec = MadeDecoder.Plain with
        {
            Attention = MadeDecoder.Plain.Attention with { QkvBias = true, QueryKeyNorm = QueryKeyNorm.PerHead, Scale = 0.5, ScoreCap = 30, Sinks = true },
            SlidingWindows = [null, 8],
            SlidingRope = MadeDecoder.Rope with { Theta = 100, Interleaved = true },
            EmbeddingScale = 2.5,
            Moe = MadeDecoder.Experts with { SparseLayers = [false, true] },
        };
        using var scope = torch.NewDisposeScope();
        using var decoder = MadeDecoder.Of(spec);

        var form = decoder.Parts.Lower().Form;

        form.Embedding.Scale.ShouldBe(2.5f);
        form.NormEpsilon.ShouldBe(1e-5f);
        form.Layers.Select(layer => layer.Mlp.GetType()).ShouldBe([typeof(CudaGatedMlp), typeof(CudaMoeMlp)]);
        form.Layers.Select(layer => layer.Attention.Window).ShouldBe([null, 8]);
        form.Layers.Select(layer => layer.Attention.Arguments.Window).ShouldBe([0, 8]);
        form.Layers.Select(layer => layer.Attention.Rope.Neighbours).ShouldBe([false, true]);
        var (rope, arguments) = (form.Layers[0].Attention.Rope, form.Layers[0].Attention.Arguments);
        rope.QueryScale.ShouldBe(2f, "a scale of 0.5 is twice that of heads of 16");
        (rope.Bias, rope.QueryNorm, rope.KeyNorm, arguments.Sinks).ShouldSatisfyAllConditions(
            all => all.Bias.ShouldNotBeNull(),
            all => all.QueryNorm.ShouldNotBeNull(),
            all => all.KeyNorm.ShouldNotBeNull(),
            all => all.Sinks.ShouldNotBeNull());
        (arguments.Scale, arguments.Cap).ShouldBe((0.25f, 30f));
        (form.Layers[0].AttentionOutputNorm, form.Layers[0].MlpOutputNorm).ShouldBe((null, null));
    }

    [Fact]
    public void Lower_OfAPartThatSaysNothing_IsARefusal()
    {
        ((IMlp)new SilentPart()).Lower().WhyNot.ShouldBe("feed-forward network: SilentPart has no kernel form");
        ((INorm)new SilentPart()).Lower().WhyNot.ShouldBe("norm: SilentPart has no kernel form");
        ((IAttention)new SilentPart()).Lower(rotation: null).WhyNot.ShouldBe("attention: SilentPart has no kernel form");
    }

    [Fact]
    public void FirstRefusal_IsTheAnswerOfAll_AndLaterPartsAreNotAsked()
    {
        var all = from first in Lowering.To(1)
                  from second in Lowering.Refuse<int>("second: no")
                  from third in Lowering.To(Unasked())
                  select first + second + third;

        all.WhyNot.ShouldBe("second: no");
        Should.Throw<InvalidOperationException>(() => all.Form).Message.ShouldContain("second: no");
        Lowering.OfAll([Lowering.To(1), Lowering.Refuse<int>("b"), Lowering.Refuse<int>("c")]).WhyNot.ShouldBe("b");
        Lowering.OfAny<string, string>(null, _ => Lowering.Refuse<string>("never asked")).Form.ShouldBeNull();

        static int Unasked() => throw new InvalidOperationException("It was asked.");
    }

    private static DecoderSpec WithAttention(object spec, Func<AttentionSpec, AttentionSpec> change) =>
        (DecoderSpec)spec with { Attention = change(((DecoderSpec)spec).Attention) };

    private static object WithExperts(object spec, Func<MoeSpec, MoeSpec> change) => (DecoderSpec)spec with { Moe = change(MadeDecoder.Experts) };

    private sealed class SilentPart : IMlp, INorm, IAttention
    {
        public torch.Tensor Forward(torch.Tensor x) => x;

        public torch.Tensor Forward(torch.Tensor x, StepContext step, RotaryAngles? angles) => x;

        public void Dispose()
        {
        }
    }
}
