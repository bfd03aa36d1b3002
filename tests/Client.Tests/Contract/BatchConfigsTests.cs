using LmDeploy.Limits;

namespace LmDeploy.Client.Tests.Contract;

public sealed class BatchConfigsTests
{
    [Theory]
    [InlineData(3, 0, true)]
    [InlineData(3, 1, true)]
    [InlineData(3, 3, true)]
    [InlineData(3, 2, false)]
    [InlineData(3, 4, false)]
    [InlineData(0, 2, false)]
    public void Problem_IsAnyOtherNumber(int prompts, int configs, bool isFine)
        => BatchConfigs.Problem(prompts, configs).ShouldBe(
            isFine ? null : $"There must be one configuration for all prompts or one for each: {prompts} prompts, {configs} configurations.");

    [Fact]
    public void Of_IsTheOnlyOneOrThePromptsOwn()
    {
        V1.GenerationConfig first = new() { TopK = 1 }, second = new() { TopK = 2 };
        BatchConfigs.Of([first, second], 1).ShouldBeSameAs(second);
        BatchConfigs.Of([first], 1).ShouldBeSameAs(first);
        BatchConfigs.Of<V1.GenerationConfig>([], 1).ShouldBe(new V1.GenerationConfig());
    }
}
