using LmDeploy.Models.Specs;
using LmDeploy.Tests.Torch;

namespace LmDeploy.Engine.Tests.Decoders;

/// <summary>
/// No field of a decoder's description is ignored by the kernels by accident. Each is changed alone: either a part refuses the kernel form then, or
/// <see cref="Known"/>
/// says where the kernel form has it. A field that is new is neither, and fails here until a part answers for it.
/// </summary>
[Collection(TorchTests.Name)]
public sealed class SpecFieldsTests
{
    private const string Loading = "the tensors are loaded by it; the form takes them as they are then";
    private const string Compiled = "a constant of the compilation, by KernelDefinitions";
    private const string Frequencies = "in CudaRotation: frequencies, factor, or the way of pairing";

    private static readonly Dictionary<string, string> Known = new()
    {
        ["Architecture"] = "for messages",
        ["VocabSize"] = "the rows of CudaWeights.Output",
        ["HiddenSize"] = Compiled,
        ["IntermediateSize"] = "the inputs of CudaGatedMlp's second product, and StepBuffers",
        ["Attention.Heads"] = Compiled,
        ["Attention.KeyValueHeads"] = Compiled,
        ["Attention.HeadDim"] = Compiled,
        ["Attention.QkvBias"] = "RopeArguments.Bias",
        ["Attention.QueryKeyNorm=PerHead"] = "RopeArguments.QueryNorm and KeyNorm",
        ["Attention.Scale"] = "RopeArguments.QueryScale",
        ["Attention.ScaleByInverseLayer"] = "RopeArguments.QueryScale",
        ["Attention.ScoreCap"] = "AttentionArguments.Cap",
        ["Attention.Sinks"] = "AttentionArguments.Sinks",
        ["Rope"] = "none: RopeArguments without frequencies",
        ["Rope.Kind=Linear"] = Frequencies,
        ["Rope.Kind=Yarn"] = Frequencies,
        ["Rope.Kind=Llama3"] = Frequencies,
        ["Rope.Theta"] = Frequencies,
        ["Rope.Dimensions"] = Compiled,
        ["Rope.Interleaved"] = Frequencies,
        ["Rope.MaxPositions"] = Frequencies,
        ["Rope.OriginalMaxPositions"] = Frequencies,
        ["Rope.Factor"] = Frequencies,
        ["Rope.AttentionFactor"] = Frequencies,
        ["Rope.LowFrequencyFactor"] = Frequencies,
        ["Rope.HighFrequencyFactor"] = Frequencies,
        ["Rope.BetaFast"] = Frequencies,
        ["Rope.BetaSlow"] = Frequencies,
        ["Rope.MScale"] = Frequencies,
        ["Rope.MScaleAllDim"] = Frequencies,
        ["Rope.Truncate"] = Frequencies,
        ["Rope.ShortFactor"] = "of LongRope alone, which is refused",
        ["Rope.LongFactor"] = "of LongRope alone, which is refused",
        ["SlidingRope"] = "CudaAttention of the layers with a window",
        ["SlidingWindows"] = "CudaAttention.Window",
        ["Norm=WideRms"] = "the type of CudaNorm.Weight",
        ["Norm=OffsetRms"] = "the type of CudaNorm.Weight; 1 is added while it is loaded",
        ["NormEpsilon"] = "CudaNorm.Epsilon",
        ["Activation=Gelu"] = Compiled,
        ["Activation=GeluTanh"] = Compiled,
        ["Activation=Relu"] = Compiled,
        ["Moe"] = "CudaMoeMlp",
        ["Moe.Experts"] = Compiled,
        ["Moe.ExpertsPerToken"] = Compiled,
        ["Moe.IntermediateSize"] = "CudaExperts.Size, and ExpertBuffers",
        ["Moe.SparseLayers"] = "CudaMoeMlp or CudaGatedMlp, layer by layer",
        ["Moe.Normalize"] = "CudaRouter.Normalize",
        ["Moe.ScalingFactor"] = "CudaRouter.Factor",
        ["Moe.TopGroups"] = "of several groups alone, which are refused",
        ["EmbeddingScale"] = "CudaEmbedding.Scale",
        ["LogitCap"] = "Decoder and StepOutcome apply it to what any form returns",
        ["TieWordEmbeddings"] = "CudaWeights.Output is the embedding's matrix then",
        ["ScoreHead"] = "Decoder computes it of the hidden states that any form returns",
        ["CheckpointDtype"] = "the tensors have the engine's type",
        ["Names.QkvLayout=Grouped"] = Loading,
    };

    [Theory]
    [InlineData("plain")]
    [InlineData("experts")]
    public void Base_HasAKernelForm(string name) => MadeDecoder.WhyNot(Base(name)).ShouldBeNull();

    [Theory]
    [InlineData("plain")]
    [InlineData("experts")]
    public void EveryField_IsRefusedOrKnownToTheKernelForm(string name) => Accepted(name)
        .Where(field => !Known.ContainsKey(field))
        .ShouldBeEmpty("no part refuses these, and nothing says that the kernel form has them");

    /// <summary>A field that is refused by now, or is gone, has no place in the list.</summary>
    [Fact]
    public void KnownFields_AreAllAccepted() => Known.Keys.Except(Accepted("plain")).Except(Accepted("experts")).ShouldBeEmpty();

    private static IEnumerable<string> Accepted(string name) => SpecChange.AllOf(Base(name))
        .Where(change => MadeDecoder.WhyNot(change.Spec) is null)
        .Select(change => change.Name)
        .Where(field => !IsNameOfTensors(field))
        .Distinct();

    /// <summary>What tensors are called, and whether a norm is there at all: the form takes what was loaded.</summary>
    private static bool IsNameOfTensors(string field) =>
        field.StartsWith("Names.", StringComparison.Ordinal)
        && typeof(WeightNames).GetProperty(field["Names.".Length..])?.PropertyType is { } type
        && (type == typeof(string) || type == typeof(IReadOnlyList<string>));

    private static DecoderSpec Base(string name) => name == "plain"
        ? MadeDecoder.Plain
        : MadeDecoder.Plain with { SlidingWindows = [null, null], Moe = MadeDecoder.Experts with { SparseLayers = [false, true] } };
}
