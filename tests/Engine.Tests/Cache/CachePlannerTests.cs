using LmDeploy.Engine.Cache;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Cache;

public sealed class CachePlannerTests
{
    [Theory]
    [InlineData(0.5, 10, 1000, 1000, 50)]
    [InlineData(0.5, 10, 1000, 7, 7)]
    [InlineData(20, 10, 1000, 7, 20)]
    public void Blocks_TakesAShareOrANumber_AndNoMoreThanCanBeUsed(double entries, long blockBytes, long free, long most, int expected) =>
        CachePlanner.Blocks(entries, blockBytes, free, most).ShouldBe(expected);

    [Theory]
    [InlineData(0.001, 10, "raise cache_max_entry_count")]
    [InlineData(101, 10, "lower cache_max_entry_count")]
    public void Blocks_SaysWhatIsMissing_WhenItDoesNotFit(double entries, long blockBytes, string remedy)
    {
        var error = Should.Throw<EngineException>(() => CachePlanner.Blocks(entries, blockBytes, 1000, 1000));
        error.Code.ShouldBe(ErrorCodes.OutOfMemory);
        error.Subject.ShouldBe("cache_max_entry_count");
        error.Message.ShouldContain(remedy);
    }
}
