using LmDeploy.Models.Specs;
using LmDeploy.Text.Errors;

namespace LmDeploy.Models.Tests.Specs;

public sealed class ContextLengthTests
{
    [Theory]
    [InlineData(null, false, 512)]
    [InlineData(100, false, 100)]
    [InlineData(512, false, 512)]
    [InlineData(513, true, 513)]
    public void Choose_TakesWhatIsAskedFor(int? asked, bool mayBeLonger, int expected) => ContextLength.Choose(Spec(), asked, mayBeLonger).ShouldBe(expected);

    [Fact]
    public void Choose_RefusesMoreThanTheModelWasMadeFor()
    {
        var error = Should.Throw<EngineException>(() => ContextLength.Choose(Spec(), 513, mayBeLonger: false));

        (error.Code, error.Subject).ShouldBe(("invalid_config", "session_len"));
        error.Message.ShouldContain("at most 512");
        error.Message.ShouldContain("got 513");
        error.Message.ShouldContain("allow_long_session_len");
    }

    [Fact]
    public void Choose_RefusesMoreThanTheModelHasLearned_WhateverIsAllowed() =>
        Should.Throw<EngineException>(() => ContextLength.Choose(Spec() with { Rope = null, LearnedPositions = 64 }, 65, mayBeLonger: true)).Message
            .ShouldContain("at most 64");

    private static DecoderSpec Spec() => new()
    {
        Architecture = "LlamaForCausalLM",
        VocabSize = 8,
        HiddenSize = 8,
        IntermediateSize = 8,
        Attention = new AttentionSpec { Heads = 1, KeyValueHeads = 1, HeadDim = 8 },
        Rope = new RopeSettings { Dimensions = 8, Theta = 1e4, MaxPositions = 512, OriginalMaxPositions = 512 },
        SlidingWindows = [null],
        NormEpsilon = 1e-5,
        CheckpointDtype = "bfloat16",
    };
}
