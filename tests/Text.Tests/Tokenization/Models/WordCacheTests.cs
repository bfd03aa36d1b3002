using LmDeploy.Text.Tokenization.Models;

namespace LmDeploy.Text.Tests.Tokenization.Models;

public sealed class WordCacheTests
{
    private readonly WordCache _cache = new();

    [Fact]
    public void Add_MoreWordsThanThereIsRoomFor_KeepsTheFirst()
    {
        Parallel.For(0, 2 * WordCache.MaxWords, i => _cache.Add($"word{i}", [1, i], 1));

        _cache.Count.ShouldBe(WordCache.MaxWords);
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

    [Fact]
    public void Words_AreToldApart()
    {
        var words = Enumerable.Range(0, 20_000).Select(i => $"{i % 7}{new string('x', i % 40)}{i}").Distinct().ToList();
        Parallel.For(0, words.Count, i => _cache.Add(words[i], [i, i + 1], 0));
        _cache.Count.ShouldBeInRange(words.Count - 100, words.Count, "a few may find no place");
        foreach (var (i, word) in words.Index())
        {
            if (_cache.TryGet(word, out var ids))
            {
                ids.ShouldBe([i, i + 1]);
            }
        }

        _cache.TryGet("none", out _).ShouldBeFalse();
    }
}
