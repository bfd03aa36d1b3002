using LmDeploy.Engine.Decoders.Cuda;

namespace LmDeploy.Engine.Tests.Decoders.Cuda;

public sealed class DecodeGraphTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(5, 8)]
    [InlineData(64, 64)]
    [InlineData(65, 80)]
    [InlineData(129, 160)]
    [InlineData(256, 256)]
    [InlineData(257, 320)]
    public void Bucket_HoldsTheRows(int rows, int bucket) => DecodeGraph.Bucket(rows).ShouldBe(bucket);

    [Fact]
    public void Bucket_WastesLittleAndNeverShrinks()
    {
        for (var rows = 9; rows <= 1024; rows++)
        {
            var bucket = DecodeGraph.Bucket(rows);
            bucket.ShouldBeGreaterThanOrEqualTo(rows);
            bucket.ShouldBeLessThan(rows * 2);
            bucket.ShouldBeGreaterThanOrEqualTo(DecodeGraph.Bucket(rows - 1));
            DecodeGraph.Bucket(bucket).ShouldBe(bucket);
        }
    }
}
