using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using LmDeploy.V1;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Guided.Expressions;

namespace LmDeploy.Text.Tests.Guided;

/// <summary>Regular expressions as automata, against those of .NET.</summary>
public sealed class ExpressionTests
{
    private static readonly string[] _atoms =
        ["a", "b", "ab", ".", "[ab]", "[^a]", "[a-c]", "[b-]", "[]b]", @"\d", @"\w", @"\s", @"[^\d]",
            @"[\w-]", "é", "한", @"\u00e9", @"\x41", @"\.", @"[\]\\]", "[à-ÿ]", "(?:)", "{", "}", "]"];

    private static readonly string[] _quantifiers = ["*", "+", "?", "{2}", "{1,}", "{0,2}", "{1,3}", "*?", "+?", "??"];

    // \w is what it is in ASCII.
    private static readonly Gen<string> _patterns = Gen.Recursive<string>((depth, inner) => depth > 3
        ? NetworkTexts.OneOf(_atoms)
        : Gen.Frequency(
            (4, NetworkTexts.OneOf(_atoms)),
            (3, Gen.Select(inner, inner, (one, two) => one + two)),
            (2, Gen.Select(inner, NetworkTexts.OneOf(_quantifiers), (part, quantifier) => $"({part}){quantifier}")),
            (2, Gen.Select(inner, inner, (one, two) => $"(?:{one}|{two})")),
            (1, Gen.Select(inner, part => $"(?<name>{part})"))));

    private static readonly Gen<string> _texts = NetworkTexts.OneOf("a", "b", "c", "ab", "-", "]", "1",
        "A", " ", "\n", "é", "한", ".", "\\", "{", "}").Array[0, 8].Select(string.Concat);

    [Fact]
    public void WholeTexts_MatchAsInDotNet() => Gen.Select(_patterns, _texts.Array[12]).Sample((pattern, texts) =>
    {
        var network = ExpressionWriter.Compile(pattern);
        var expected = new Regex($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking);
        foreach (var text in texts.Where(text => Ascii.IsValid(text) || !pattern.Contains(@"\w", StringComparison.Ordinal)))
        {
            network.Matches(text).ShouldBe(expected.IsMatch(text), $"{pattern} on {text}");
        }
    }, iter: 3000);

    [Fact]
    public void DrawnTexts_MatchInDotNet() => Gen.Select(_patterns, Gen.Int).Sample((pattern, seed) =>
    {
        if (ExpressionWriter.Compile(pattern).Draw(new Random(seed), 200) is { } text
            && !text.Any(character => char.IsSurrogate(character) || char.IsDigit(character) && character > '9'))
        {
            Regex.IsMatch(text, $@"\A(?:{pattern})\z", RegexOptions.NonBacktracking).ShouldBeTrue($"{pattern} on {text}");
        }
    }, iter: 1000);

    [Theory]
    [InlineData(@"^\d{4}-\d{2}-\d{2}$", "2024-02-29", "2024-2-29")]
    [InlineData("^a|b$", "a", "ab")]
    [InlineData("a||b", "", "c")]
    [InlineData("", "", "a")]
    [InlineData(".", "😀", "\n")]
    [InlineData("[^a]", "😀", "a")]
    [InlineData(@"\ud83d\ude00{2}", "😀😀", "😀")]
    [InlineData("[😀-😂]", "😁", "😃")]
    [InlineData("[\u07fe-\u0801]", "\u0800", "\u0802")]
    [InlineData("[\uffff-\U00010001]", "\U00010000", "\U00010002")]
    [InlineData(@"[^\x00-\x1f]", " ", "\u001f")]
    [InlineData(@"(?P<year>\d+)", "12", "x")]
    [InlineData("(a*)*b", "aab", "aaba")]
    public void WholeTexts_Match(string pattern, string matched, string unmatched)
    {
        var network = ExpressionWriter.Compile(pattern);
        network.Matches(matched).ShouldBeTrue();
        network.Matches(unmatched).ShouldBeFalse();
    }

    [Fact]
    public void EachCharacter_IsInItsRangeAlone()
    {
        Gen.Select(Gen.Int[0, 0x10FFFF], Gen.Int[0, 0x10FFFF], Gen.Int[0, 0x10FFFF]).Where((one, two, _) => one != two).Sample((one, two, three) =>
        {
            var (low, high) = (Math.Min(one, two), Math.Max(one, two));
            var network = new LmDeploy.Text.Guided.Networks.NetworkBuilder(1000);
            var rule = network.AddRule();
            var set = new CodePointSet([new CodePointRange(low, high)]);
            if (set.IsEmpty)
            {
                return;
            }

            PlainCharacters.Write(network, rule.Start, set, rule.End);
            var built = network.Build(rule);
            foreach (var value in new[] { low - 1, low, high, high + 1, three })
            {
                if (System.Text.Rune.IsValid(value))
                {
                    built.Matches(char.ConvertFromUtf32(value)).ShouldBe(low <= value && value <= high, $"{value} in {low} to {high}");
                }
            }
        });
    }

    [Theory]
    [InlineData("a(?=b)", "lookaround", 1)]
    [InlineData("a(?<!b)", "lookaround", 1)]
    [InlineData(@"(a)\1", "backreference", 3)]
    [InlineData(@"\bword", @"\b", 0)]
    [InlineData(@"\p{L}", @"\p", 0)]
    [InlineData("a^b", "^", 1)]
    [InlineData("(a$)b", "$", 2)]
    [InlineData("a$b", "$", 2)]
    [InlineData("(?i)a", "kind of group", 0)]
    [InlineData("a**", "quantifier", 3)]
    [InlineData("a++", "possessive", 2)]
    [InlineData("*a", "nothing before", 0)]
    [InlineData("(a", "does not end", 0)]
    [InlineData("a)", "no group", 1)]
    [InlineData("[a", "does not end", 0)]
    [InlineData("[b-a]", "range", 1)]
    [InlineData("[a-z-[b]]", "subtraction", 4)]
    [InlineData("[[:alpha:]]", "named class", 1)]
    [InlineData(@"[^\s\S]", "no character", 0)]
    [InlineData("a{3,2}", "wrong way", 1)]
    [InlineData("a{,2}", "{0,n}", 1)]
    [InlineData(@"\u12", "hexadecimal", 0)]
    [InlineData("a\\", "nothing after", 1)]
    [InlineData("a{99999}", "10000", 1)]
    public void UnsupportedConstructs_AreRefused_WithTheirPlace(string pattern, string problem, int position)
    {
        var refused = Should.Throw<EngineException>(() => ExpressionWriter.Compile(pattern));
        refused.Code.ShouldBe(ErrorCodes.InvalidRequest);
        refused.Subject.ShouldBe("response_format");
        refused.Message.ShouldContain(problem);
        refused.Message.ShouldContain($"position {position} ");
    }

    [Fact]
    public void PatternThatExplodes_IsRefused() =>
        Should.Throw<EngineException>(() => ExpressionWriter.Compile("((a{100}){100}){100}")).Message.ShouldContain("too large");
}
