using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Decoders.Sources;
using LmDeploy.Models.Specs;
using LmDeploy.Models.Weights;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Decoders;

/// <summary>Tiny decoders on the CPU, with random weights. The plain ones are made of nothing but parts that have a kernel form.</summary>
internal static class MadeDecoder
{
    public static MoeSpec Experts { get; } = new() { Experts = 4, ExpertsPerToken = 2, IntermediateSize = 8, SparseLayers = [true] };

    public static RopeSettings Rope { get; } = new()
    {
        Dimensions = 16,
        Theta = 1e4,
        MaxPositions = 64,
        OriginalMaxPositions = 32,
        ShortFactor = [.. Enumerable.Repeat(1.0, 16)],
        LongFactor = [.. Enumerable.Repeat(2.0, 16)],
    };

    /// <summary>One matrix for queries, keys and values, so that it can be stored either way.</summary>
    public static WeightNames Fused { get; } = new() { Qkv = ["qkv_proj"], GateUp = ["gate_up_proj"] };

    public static DecoderSpec Plain { get; } = new()
    {
        Architecture = "LlamaForCausalLM",
        Names = Fused,
        VocabSize = 128,
        HiddenSize = 64,
        IntermediateSize = 32,
        Attention = new AttentionSpec { Heads = 4, KeyValueHeads = 2, HeadDim = 16 },
        Rope = Rope,
        SlidingWindows = [null],
        NormEpsilon = 1e-5,
        CheckpointDtype = "bfloat16",
    };

    public static Decoder Of(DecoderSpec spec)
    {
        using var source = new RandomWeights(torch.CPU, total: 1, (_, _) => { });
        return DecoderBuilder.Build(spec, DecoderWeights.Of(spec, _ => false), new WeightLoader(source, torch.bfloat16));
    }

    /// <summary>Why a decoder has no kernel form; null when it has one.</summary>
    public static string? WhyNot(DecoderSpec spec)
    {
        using var scope = torch.NewDisposeScope();
        using var decoder = Of(spec);
        return decoder.Parts.Lower().WhyNot;
    }
}
