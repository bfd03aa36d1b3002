using LmDeploy.Models.Specs;
using LmDeploy.Text.Errors;

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
    [InlineData("float64", "bfloat16", "float64")]
    [InlineData("auto", "int8", "int8")]
    public void Choose_RefusesWhatNothingIsComputedIn(string asked, string checkpoint, string named)
    {
        var error = Should.Throw<EngineException>(() => ComputeDtype.Choose(asked, checkpoint, onGpu: true));

        (error.Code, error.Subject).ShouldBe(("invalid_config", "dtype"));
        error.Message.ShouldContain($"got '{named}'");
    }

    [Theory]
    [InlineData("float32", 4)]
    [InlineData("float16", 2)]
    [InlineData("bfloat16", 2)]
    public void SizeOf_IsInBytes(string dtype, int expected) => ComputeDtype.SizeOf(dtype).ShouldBe(expected);
}
