using CsCheck;
using LmDeploy.Engine.Generation;

namespace LmDeploy.Engine.Tests.Generation;

public sealed class StopWordMatcherTests
{
    [Theory]
    [InlineData(new[] { "Hello wor", "ld. Bye" }, "world", "Hello ", "world")]
    [InlineData(new[] { "a", "b", "c", "d" }, "bc", "a", "bc")]
    [InlineData(new[] { "aab" }, "ab", "a", "ab")]
    [InlineData(new[] { "no match" }, "xyz", "no match", null)]
    public void Append_CutsAtTheStopWord_AcrossPieces(string[] pieces, string stopWord, string expected, string? matched)
    {
        var (text, word) = Feed(new StopWordMatcher([stopWord], includeStopWord: false), pieces);
        text.ShouldBe(expected);
        word.ShouldBe(matched);
    }

    [Fact]
    public void Append_KeepsTheStopWord_WhenAskedTo() =>
        Feed(new StopWordMatcher(["END"], includeStopWord: true), ["some EN", "D text"]).Text.ShouldBe("some END");

    [Fact]
    public void Append_TakesTheEarliestOfSeveral() =>
        Feed(new StopWordMatcher(["world", "o"], includeStopWord: false), ["hello world"]).ShouldBe(("hell", "o"));

    [Fact]
    public void Append_HoldsBackNoMoreThanCouldStillMatch()
    {
        var matcher = new StopWordMatcher(["###"], includeStopWord: false);
        matcher.Append("text#").ShouldBe("text");
        matcher.Append("#").ShouldBe("");
        matcher.Append("!").ShouldBe("##!");
    }

    [Fact]
    public void Feed_DoesNotDependOnHowTextIsCut() =>
        Gen.Select(Gen.Char['a', 'c'].Array[0, 30], Gen.Int[1, 5].Array[1, 10], Gen.Char['a', 'c'].Array[1, 3].Select(word => new string(word)).Array[1, 3])
            .Sample((characters, cuts, stopWords) =>
            {
                var text = new string(characters);
                var pieces = new List<string>();
                for (int start = 0, i = 0; start < text.Length; i++)
                {
                    var length = Math.Min(cuts[i % cuts.Length], text.Length - start);
                    pieces.Add(text.Substring(start, length));
                    start += length;
                }

                var first = stopWords.Select(word => text.IndexOf(word, StringComparison.Ordinal)).Where(index => index >= 0).DefaultIfEmpty(text.Length).Min();
                var (shown, matched) = Feed(new StopWordMatcher(stopWords, includeStopWord: false), pieces);

                // A piece may end the generation at a word that begins later but ends earlier than another.
                (matched is null).ShouldBe(first == text.Length);
                text.StartsWith(shown, StringComparison.Ordinal).ShouldBeTrue();
                stopWords.ShouldAllBe(word => !shown.Contains(word));
            });

    private static (string Text, string? Matched) Feed(StopWordMatcher matcher, IEnumerable<string> pieces)
    {
        var text = "";
        foreach (var piece in pieces)
        {
            text += matcher.Append(piece);
            if (matcher.Matched is not null)
            {
                return (text, matcher.Matched);
            }
        }

        return (text + matcher.Flush(), null);
    }
}
