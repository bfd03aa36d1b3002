using LmDeploy.Tests.Folders;
using LmDeploy.V1;
using LmDeploy.Text.Guided;
using LmDeploy.Text.Tests.Tokenization;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Text.Tests.Guided;

/// <summary>The guides that are kept, whatever callers ask for.</summary>
public sealed class GuideCacheTests
{
    private const long MostBytes = 4 << 20;

    /// <summary>The id of the token "a".</summary>
    private const int A = 1;

    private readonly GuideCache _cache = Create(MostBytes);

    [Fact]
    public void Find_ManySmallFormats_KeepsThoseUsedLast()
    {
        var first = _cache.Find(Expression("a0"));
        for (var i = 1; i <= 100; i++)
        {
            _cache.Find(Expression($"a{i}"));
            _cache.Find(Expression("a0")).ShouldBeSameAs(first, "it is used again and again");
        }

        _cache.Count.ShouldBe(GuideCache.MostGuides);
        _cache.Bytes.ShouldBeLessThan(MostBytes);
    }

    [Fact]
    public void Find_LargeFormats_KeepsAsManyAsFit()
    {
        for (var i = 0; i < 10; i++)
        {
            _cache.Find(Described(i, 1 << 19)).ShouldNotBeNull();
            _cache.Bytes.ShouldBeLessThanOrEqualTo(MostBytes);
        }

        _cache.Count.ShouldBe(3);
    }

    [Fact]
    public void Find_AFormatThatDoesNotFit_IsMadeButNotKept()
    {
        _cache.Find(Described(0, (int)MostBytes)).ShouldNotBeNull();

        _cache.Bytes.ShouldBe(0);
    }

    [Fact]
    public void Guides_ThatGrowWhileTheyAreUsed_AreForgottenWhenTheyNoLongerFit()
    {
        List<GuidedAnswer> answers = [.. Enumerable.Range(0, GuideCache.MostGuides).Select(i => _cache.Find(Expression($"(a|b){{{300 + i}}}"))!.Begin())];
        var whole = _cache.Bytes;

        for (var step = 0; step < 300; step++)
        {
            foreach (var answer in answers)
            {
                answer.AllowedWith(new HashSet<int>()).Contains(A).ShouldBeTrue();
                answer.TryAppend(A).ShouldBeTrue("one that is forgotten goes on");
            }

            _cache.Bytes.ShouldBeLessThanOrEqualTo(MostBytes + whole);
        }

        _cache.Count.ShouldBeInRange(1, GuideCache.MostGuides - 1);
    }

    private static GuideCache Create(long mostBytes)
    {
        using var folder = new TemporaryFolder().With("tokenizer.json", SmallTokenizer.Create().ToJsonString());
        var tokenizer = ModelTokenizer.Load(folder.Path);
        return new GuideCache(tokenizer, tokenizer.VocabularySize, mostBytes);
    }

    private static GuideFormat Expression(string expression) => new(GuideKind.Regex, expression);

    /// <summary>A schema with so much text in it that nothing follows from.</summary>
    private static GuideFormat Described(int number, int length) =>
        new(GuideKind.JsonSchema, $$"""{"type": "null", "description": "{{number}}{{new string('x', length)}}"}""");
}
