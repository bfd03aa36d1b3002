using LmDeploy.Text.Tokenization.Models;

namespace LmDeploy.Text.Tests.Tokenization.Models;

public sealed class WordCacheTests
{
    private readonly WordCache _cache = new();

    [Fact]
    public void Add_MoreWordsThanThereIsRoomFor_KeepsTheFirst()
    {
        Parallel.For(0, 2 * WordCache.MaxWords, i => _cache.Add($"word{i}", [1, i], 1));

        // Threads that add at once may each take the last place.
        _cache.Count.ShouldBeInRange(WordCache.MaxWords, WordCache.MaxWords + Environment.ProcessorCount + 64);
        _cache.Add("late", [1], 0);
        _cache.TryGet("late", out _).ShouldBeFalse();
    }

    [Fact]
    public void Add_KeepsShortWordsOnly()
    {
        var longest = new string('a', WordCache.MaxLength);
        _cache.Add(longest, [7, 8, 9], 1);
        _cache.Add(longest + "a", [7], 0);

        _cache.TryGet(longest, out var ids).ShouldBeTrue();
        ids.ShouldBe([8, 9]);
        _cache.TryGet(longest + "a", out _).ShouldBeFalse();
        _cache.Count.ShouldBe(1);
    }
}
