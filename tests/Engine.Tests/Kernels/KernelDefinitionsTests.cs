using LmDeploy.Engine.Kernels;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Kernels;

public sealed class KernelDefinitionsTests
{
    [Theory]
    [InlineData(32, 8, 4, 1)]
    [InlineData(14, 2, 7, 1)]
    [InlineData(32, 32, 1, 1)]
    [InlineData(64, 4, 8, 2)]
    [InlineData(24, 2, 6, 2)]
    [InlineData(71, 1, 1, 71)]
    public void GroupPart_DividesTheHeadsOfAKey(int heads, int keyValueHeads, int part, int parts)
    {
        var sizes = Sizes(heads, keyValueHeads, 128);

        sizes.GroupPart.ShouldBe(part);
        sizes.GroupParts.ShouldBe(parts);
        (sizes.GroupPart * sizes.GroupParts * keyValueHeads).ShouldBe(heads);
    }

    [Theory]
    [InlineData(8, 1)]
    [InlineData(16, 2)]
    [InlineData(64, 8)]
    [InlineData(96, 16)]
    [InlineData(128, 16)]
    [InlineData(256, 32)]
    public void Lanes_AreAPowerOfTwoWithRoomForAHead(int headDim, int lanes) =>
        Sizes(8, 8, headDim).Options.ShouldContain($"-DLANES={lanes}");

    [Theory]
    [InlineData(64, 32)]
    [InlineData(896, 128)]
    [InlineData(4096, 512)]
    [InlineData(16384, 1024)]
    public void NormThreads_AreWholeWarps(int hidden, int threads) =>
        (Sizes(8, 8, 64) with { Hidden = hidden }).NormThreads.ShouldBe(threads);

    [Theory]
    [InlineData(torch.ScalarType.Float32, "FLOAT")]
    [InlineData(torch.ScalarType.BFloat16, "BFLOAT16")]
    [InlineData(torch.ScalarType.Float16, "FLOAT16")]
    public void Options_NameTheElementType(torch.ScalarType dtype, string name) =>
        (Sizes(8, 8, 64) with { Dtype = dtype }).Options.ShouldContain($"-DELEMENT_{name}");

    [Theory]
    [InlineData(torch.ScalarType.BFloat16, 128, true)]
    [InlineData(torch.ScalarType.Float16, 64, true)]
    [InlineData(torch.ScalarType.BFloat16, 96, false)]
    [InlineData(torch.ScalarType.Float32, 128, false)]
    public void CanAttendPrompts_InSixteenBitsWithHeadsOfTheInstructions(torch.ScalarType dtype, int headDim, bool expected) =>
        (Sizes(8, 8, headDim) with { Dtype = dtype }).CanAttendPrompts.ShouldBe(expected);

    [Fact]
    public void Options_NameTheActivation() => (Sizes(8, 8, 64) with { Activation = Activation.GeluTanh }).Options.ShouldContain("-DACTIVATION_GELU_TANH");

    [Fact]
    public void Options_OfAnActivationWithoutAKernel_AreNone()
    {
        KernelDefinitions.Computes(Activation.ClampedSwiGlu).ShouldBeFalse();
        Should.Throw<KeyNotFoundException>(() => (Sizes(8, 8, 64) with { Activation = Activation.ClampedSwiGlu }).Options);
    }

    /// <summary>Queries, two stages of keys and values, what aligns them, eight barriers.</summary>
    [Theory]
    [InlineData(64, (2 * 64 * (128 + (2 * 2 * 128))) + 1024 + 64)]
    [InlineData(128, (2 * 128 * (128 + (2 * 2 * 128))) + 1024 + 64)]
    public void SharedBytes_HoldATileOfQueriesAndTheStages(int headDim, int bytes) => PromptTiles.SharedBytes(headDim).ShouldBe(bytes);

    private static KernelDefinitions Sizes(int heads, int keyValueHeads, int headDim) =>
        new(torch.ScalarType.BFloat16, 4096, heads, keyValueHeads, headDim, headDim, 64, Activation.Silu);
}
