using LmDeploy.Engine.Generation;

namespace LmDeploy.Engine.Tests.Generation;

public sealed class NgramRepetitionTests
{
    [Theory]
    [InlineData(2, 3, new[] { 1, 2, 1, 2, 1, 2, 9 }, 6)]
    [InlineData(2, 2, new[] { 1, 2, 7, 1, 2 }, 5)]
    [InlineData(1, 3, new[] { 5, 5, 5 }, 3)]
    [InlineData(3, 1, new[] { 1, 2, 3 }, 3)]
    [InlineData(2, 3, new[] { 1, 2, 1, 2, 3 }, null)]
    [InlineData(0, 1, new[] { 1, 1, 1 }, null)]
    [InlineData(1, 0, new[] { 1, 1, 1 }, null)]
    public void Append_EndsWhereTheLastTokensHaveOccurredSoOften(int size, int threshold, int[] tokens, int? expected)
    {
        var repetition = new NgramRepetition(size, threshold);
        var end = Array.FindIndex(tokens, repetition.Append);
        (end < 0 ? (int?)null : end + 1).ShouldBe(expected);
    }
}
