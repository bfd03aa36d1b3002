using LmDeploy.Tests.PublicSurface;

namespace LmDeploy.Evaluation.Tests;

public sealed class SurfaceTests
{
    private readonly Surface _surface = new(typeof(ModelComparison).Assembly);

    [Fact]
    public void AsyncMethods_TakeATokenLast() => _surface.WithoutToken.ShouldBeEmpty();

    /// <summary>An interval has two ends and will have no third.</summary>
    [Fact]
    public void Records_HaveNoPositions() => _surface.Positional.ShouldBe([nameof(Interval)]);

    [Fact]
    public void Records_CopyTheirCollections() => _surface.Aliased.ShouldBeEmpty();

    [Fact]
    public void Times_AreTimeSpans() => _surface.TimesAsNumbers.ShouldBeEmpty();
}
