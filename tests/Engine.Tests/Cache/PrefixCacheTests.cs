using LmDeploy.Engine.Cache;

namespace LmDeploy.Engine.Tests.Cache;

public sealed class PrefixCacheTests
{
    private const int BlockSize = 4;

    private readonly BlockPool _pool = new(9);
    private readonly PrefixCache _cache;

    public PrefixCacheTests() => _cache = new PrefixCache(_pool, BlockSize, isEnabled: true);

    [Fact]
    public void Reuse_SharesTheFullBlocksOfTheSameBeginning()
    {
        var first = Compute([1, 2, 3, 4, 5, 6, 7, 8, 9]);

        var second = new BlockTable(BlockSize);
        _cache.Reuse(second, [1, 2, 3, 4, 5, 6, 7, 8, 20, 21], 9).ShouldBe(8);

        second[0].ShouldBe(first[0]);
        second[1].ShouldBe(first[1]);
        _pool.Used.ShouldBe(3, "the third block of the first was not full");
    }

    [Theory]
    [InlineData(new[] { 9, 2, 3, 4, 5, 6, 7, 8, 9 }, 0)]
    [InlineData(new[] { 1, 2, 3, 4, 5, 6, 7, 9, 9 }, 4)]
    [InlineData(new[] { 5, 6, 7, 8, 9 }, 0)]
    [InlineData(new[] { 1, 2, 3 }, 0)]
    public void Reuse_StopsWhereTheTokensDiffer(int[] tokens, int expected)
    {
        Compute([1, 2, 3, 4, 5, 6, 7, 8]);
        _cache.Reuse(new BlockTable(BlockSize), tokens, tokens.Length).ShouldBe(expected);
    }

    [Fact]
    public void Reuse_LeavesWhatHasToBeComputed()
    {
        Compute([1, 2, 3, 4, 5, 6, 7, 8]);
        _cache.Reuse(new BlockTable(BlockSize), [1, 2, 3, 4, 5, 6, 7, 8], 7).ShouldBe(4);
    }

    [Fact]
    public void Reuse_FindsWhatWasGivenBack_UntilItsRoomIsNeeded()
    {
        var first = Compute([1, 2, 3, 4, 5, 6, 7, 8]);
        first.ReleaseAll(_pool);
        _pool.Used.ShouldBe(0);

        var second = new BlockTable(BlockSize);
        _cache.Reuse(second, [1, 2, 3, 4, 5, 6, 7, 8, 9], 8).ShouldBe(8);
        second.ReleaseAll(_pool);
        for (var taken = 0; taken < 7; taken++)
        {
            _pool.TryTake().ShouldNotBeNull();
        }

        _cache.Reuse(new BlockTable(BlockSize), [1, 2, 3, 4, 5, 6, 7, 8, 9], 8).ShouldBe(4, "the end of a chain goes first");
    }

    [Fact]
    public void Remember_MorePromptsThanThereAreBlocks_KeepsABlockOfEachAtMost()
    {
        for (var prompt = 0; prompt < 1000; prompt++)
        {
            Compute([prompt, 1, 2, 3, prompt, 5, 6, 7]).ReleaseAll(_pool);
            _cache.Count.ShouldBeLessThanOrEqualTo(9);
        }

        _cache.Reuse(new BlockTable(BlockSize), [999, 1, 2, 3, 999, 5, 6, 7, 8], 8).ShouldBe(8, "the last one");
    }

    [Fact]
    public void Disabled_SharesNothing()
    {
        var cache = new PrefixCache(_pool, BlockSize, isEnabled: false);
        var table = Take(2);
        cache.Remember(table, [1, 2, 3, 4, 5, 6, 7, 8], 8);
        cache.Reuse(new BlockTable(BlockSize), [1, 2, 3, 4, 5], 5).ShouldBe(0);
    }

    private BlockTable Compute(int[] tokens)
    {
        var table = Take((tokens.Length + BlockSize - 1) / BlockSize);
        _cache.Remember(table, tokens, tokens.Length);
        return table;
    }

    private BlockTable Take(int blocks)
    {
        var table = new BlockTable(BlockSize);
        for (var block = 0; block < blocks; block++)
        {
            table.Add(_pool.TryTake()!.Value);
        }

        return table;
    }
}
