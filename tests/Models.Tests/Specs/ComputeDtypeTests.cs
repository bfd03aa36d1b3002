using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Tests.Specs;

public sealed class ComputeDtypeTests
{
    [Theory]
    [InlineData("", true, "bfloat16")]
    [InlineData("auto", true, "bfloat16")]
    [InlineData("auto", false, "float32")]
    [InlineData("float16", true, "float16")]
    [InlineData("float16", false, "float16")]
    public void Choose_TakesTheSetting_ElseWhatSuitsTheDevice(string asked, bool onGpu, string expected) =>
        ComputeDtype.Choose(asked, "bfloat16", onGpu).ShouldBe(expected);

    [Theory]
    [InlineData("float32", 4)]
    [InlineData("float16", 2)]
    [InlineData("bfloat16", 2)]
    [InlineData("float64", null)]
    [InlineData("", null)]
    public void SizeOf_IsInBytes(string dtype, int? expected) => ComputeDtype.SizeOf(dtype).ShouldBe(expected);
}
