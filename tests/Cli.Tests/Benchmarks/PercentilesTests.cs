using LmDeploy.Cli.Benchmarks;

namespace LmDeploy.Cli.Tests.Benchmarks;

public sealed class PercentilesTests
{
    [Fact]
    public void Of_LiesBetweenTheTwoNearest()
    {
        var times = Percentiles.Of([4, 1, 3, 2]);
        times.P50.ShouldBe(2.5, 1e-9);
        times.P95.ShouldBe(3.85, 1e-9);
        times.P99.ShouldBe(3.97, 1e-9);
    }

    [Fact]
    public void Of_OneValueIsThatValue() => Percentiles.Of([7]).ShouldBe(new Percentiles(7, 7, 7));

    [Fact]
    public void Of_NothingIsNotANumber() => Percentiles.Of([]).P99.ShouldBe(double.NaN);

    [Theory]
    [InlineData(new double[] { 9, 1, 5 }, 5)]
    [InlineData(new double[] { 9, 1, 5, 7 }, 6)]
    public void Median_IsTheMiddle(double[] values, double median) => Percentiles.Median(values).ShouldBe(median);
}
