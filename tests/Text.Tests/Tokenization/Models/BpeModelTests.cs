using CsCheck;
using LmDeploy.Text.Tokenization;
using LmDeploy.Text.Tokenization.Models;

namespace LmDeploy.Text.Tests.Tokenization.Models;

public sealed class BpeModelTests
{
    private static readonly BpeOptions _plain = new(null, false, false, false, "", "");

    [Fact]
    public void Encode_MergesByRankThenFromTheLeft()
    {
        var model = Model(["a", "b", "c", "ab", "bc", "abc", "aa"], ["b c", "a b", "a bc", "a a"], _plain);
        Encode(model, "abc").ShouldBe("abc");
        Encode(model, "abab").ShouldBe("ab ab");
        Encode(model, "aaaaa").ShouldBe("aa aa a");
    }

    [Fact]
    public void Encode_LeavesUnmergedWholeWordsUnlessMergesAreIgnored()
    {
        Encode(Model(["a", "b", "ab"], [], _plain), "ab").ShouldBe("a b");
        Encode(Model(["a", "b", "ab"], [], _plain with { IgnoreMerges = true }), "ab").ShouldBe("ab");
    }

    [Fact]
    public void Encode_TreatsUnknownCharactersAsAsked()
    {
        string[] tokens = ["a", "?", "<0xC3>", "<0xA9>"];
        Encode(Model(tokens, [], _plain), "axya").ShouldBe("a a");
        Encode(Model(tokens, [], _plain with { UnknownId = 1 }), "axya").ShouldBe("a ? ? a");
        Encode(Model(tokens, [], _plain with { UnknownId = 1, FuseUnknown = true }), "axyax").ShouldBe("a ? a ?");
        Encode(Model(tokens, [], _plain with { UnknownId = 1, ByteFallback = true }), "éax").ShouldBe("<0xC3> <0xA9> a ?");
    }

    [Fact]
    public void Encode_MarksCharactersWithinAWord()
    {
        var model = Model(["a", "##b", "##c</w>", "a##b", "ab", "d</w>"], ["a ##b"], _plain with { ContinuingPrefix = "##", EndSuffix = "</w>" });
        Encode(model, "abc").ShouldBe("ab ##c</w>");
        Encode(model, "d").ShouldBe("d</w>");
    }

    [Fact]
    public void Encode_AgreesWithThePlainAlgorithm()
    {
        string[] tokens = ["a", "b", " ", "aa", "ab", "ba", " a", "  ", "aab", "aba", " ab", "  a", "abab", "?"];
        string[] merges = ["a b", "a a", "  a", "b a", "   ", "a ab", "ab a", "  ab", "   a", "ab ab"];
        var pairs = merges.Select(merge => tokens.SelectMany(left => tokens.Select(right => (left, right)))
            .First(pair => $"{pair.left} {pair.right}" == merge)).ToArray();
        var model = ModelOf(tokens, pairs, _plain with { UnknownId = 13, FuseUnknown = true });
        Gen.Char["ab x"].Array[0, 40].Select(characters => new string(characters))
            .Sample(text => Encode(model, text).ShouldBe(Plain(text, pairs)));
    }

    [Fact]
    public void Encode_IsSafeForConcurrentUse()
    {
        var model = Model(["a", "b", "ab"], ["a b"], _plain);
        Parallel.For(0, 2000, i =>
        {
            var ids = new List<int>();
            model.Encode(string.Concat(Enumerable.Repeat("ab", (i % 50) + 1)), ids);
            ids.ShouldBe(Enumerable.Repeat(2, (i % 50) + 1));
        });
    }

    private static BpeModel Model(string[] tokens, string[] merges, BpeOptions options) =>
        ModelOf(tokens, [.. merges.Select(merge => (merge.Split(' ')[0], merge.Split(' ')[1]))], options);

    private static BpeModel ModelOf(string[] tokens, (string Left, string Right)[] merges, BpeOptions options)
    {
        var vocabulary = new Vocabulary(tokens.Length);
        for (var id = 0; id < tokens.Length; id++)
        {
            vocabulary.TryAdd(tokens[id], id).ShouldBeTrue();
        }

        var table = new MergeTable(merges.Length);
        for (var rank = 0; rank < merges.Length; rank++)
        {
            var (left, right) = merges[rank];
            var id = Array.IndexOf(tokens, left + right[options.ContinuingPrefix.Length..]);
            table.Set((left, Array.IndexOf(tokens, left)), (right, Array.IndexOf(tokens, right)), new MergeTable.Merge(rank, id));
        }

        return new BpeModel(vocabulary, table, options);
    }

    private static string Encode(BpeModel model, string text)
    {
        var ids = new List<int>();
        model.Encode(text, ids);
        return string.Join(' ', ids.Select(id => model.Vocabulary.TryGetToken(id, out var token) ? token : "none"));
    }

    /// <summary>Looks through all neighbours before each merge.</summary>
    private static string Plain(string text, (string Left, string Right)[] merges)
    {
        var symbols = System.Text.RegularExpressions.Regex.Matches(text, "x+|[^x]")
            .Select(match => match.Value.Replace("x", "?", StringComparison.Ordinal)[..1]).ToList();
        while (true)
        {
            var best = (Rank: int.MaxValue, Position: -1);
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                var rank = Array.IndexOf(merges, (symbols[i], symbols[i + 1]));
                best = rank >= 0 && rank < best.Rank ? (rank, i) : best;
            }

            if (best.Position < 0)
            {
                return string.Join(' ', symbols);
            }

            symbols[best.Position] += symbols[best.Position + 1];
            symbols.RemoveAt(best.Position + 1);
        }
    }
}
