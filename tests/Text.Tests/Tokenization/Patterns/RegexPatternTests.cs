using LmDeploy.Text.Errors;
using LmDeploy.Text.Tokenization.Patterns;

namespace LmDeploy.Text.Tests.Tokenization.Patterns;

public sealed class RegexPatternTests
{
    [Theory]
    [InlineData(@"\p{N}{1,3}", "1234567", "123|456|7")]
    [InlineData(@"\p{N}{1,3}+", "1234567", "1234567")]
    [InlineData(@"a{2}?", "aaaaa", "aa|aa||")]
    [InlineData(@"a++a", "aaa", "")]
    [InlineData(@"a?+a", "a", "")]
    [InlineData(@"(?>a*)b", "aab", "aab")]
    [InlineData(@"a{,2}b", "aaab", "aab")]
    [InlineData(@"a{x}", "a{x}", "a{x}")]
    [InlineData(@"(?i:'s|'ll)", "'S 'ſ 'lL 'x", "'S|'ſ|'lL")]
    [InlineData(@"(?i)k(?-i)k", "Kk KK \u212Ak", "Kk|\u212Ak")]
    [InlineData(@"a(?i)b|c", "aB aC ac", "aB|aC|ac")]
    [InlineData(@"[^\s\p{L}\p{N}]+", "a!?\u00A0😀b", "!?|😀")]
    [InlineData(@"\p{L}+", "a𝕳𠀀😀b", "a𝕳𠀀|b")]
    [InlineData(@"\p{^L}+|\P{N}", "1!a", "1!|a")]
    [InlineData(@"\p{Lu}\p{Letter}\p{Uppercase_Letter}", "AbC", "AbC")]
    [InlineData(@"\p{N}", "𝟙Ⅷ²𐄇", "𝟙|Ⅷ|²|𐄇")]
    [InlineData(@"[一-龥]+", "中文𠀀中", "中文|中")]
    [InlineData(@"[^a]", "😀", "😀")]
    [InlineData(@".", "\r\n😀", "\r|😀")]
    [InlineData(@"^a|a$", "a\naa\nba", "a|a|a|a")]
    [InlineData(@"\bab\b", "ab cab ab", "ab|ab")]
    [InlineData(@"\w+", "a_1\u0301-Ⅷ²", "a_1\u0301|Ⅷ")]
    [InlineData(@"[\W]+", "a-²b", "-²")]
    [InlineData(@"\h+", "xFf09g", "Ff09")]
    [InlineData(@"[]a]+", "a]b", "a]")]
    [InlineData(@"[a\-z-]+", "a-zb", "a-z")]
    [InlineData(@"\x41\x{42}\u0043\n", "ABC\n", "ABC\n")]
    [InlineData(@"(?<name>a)(?#comment)b", "ab", "ab")]
    [InlineData(@"(?<=a)b(?!c)|(?<!a)d", "abc ab ad d", "b|d")]
    [InlineData(@"\Aa|a\z", "aaa", "a|a")]
    [InlineData(@"a(b|cd)*", "acdbx", "acdb")]
    [InlineData("[A-Za-z\U00010400-\U0001044F]+", "aB\U00010400\U00010450À\U0001044F", "aB\U00010400|\U0001044F")]
    [InlineData("[^\U00010400-\U0001044F]+", "a\U00010400\U00010450é", "a|\U00010450é")]
    [InlineData("[😀-😂]|😅+", "😀😁😂😃😅😅a", "😀|😁|😂|😅😅")]
    [InlineData(@"\x{1F600}\p{So}", "😀😁😁", "😀😁")]
    [InlineData("[\uFFF0-\U00010003]+", "\uFFFD\U00010000\U00010003\U00010004", "\uFFFD\U00010000\U00010003")]
    [InlineData(@"\p{Han}+", "漢字かな𠀀々一龥a〇", "漢字|𠀀々一龥|〇")]
    [InlineData(@"[\p{Han}\p{Hiragana}]+", "漢字かなカナ𠀀", "漢字かな|𠀀")]
    [InlineData(@"\P{Han}+", "漢a𝕳字b𠀀c", "a𝕳|b|c")]
    [InlineData(@"[\p{Lu}\p{Ll}\p{Lo}\p{M}&&[^\p{Han}]]+|\p{Han}+", "ab漢𠀀字cかな𝕳", "ab|漢𠀀字|cかな𝕳")]
    [InlineData(@"[a-z&&[^aeiou]]+", "abcdef", "bcd|f")]
    [InlineData("[A\U00010400-\U0001044F&&[^\U00010400A]]+", "A\U00010400\U00010401\U0001044F", "\U00010401\U0001044F")]
    [InlineData("[A-Za-zǅǈǋǲᾈ-ᾏᾘ-ᾟᾨ-ᾯᾼῌῼ]+", "aǅ𐐀b", "aǅ|b")]
    [InlineData("(?:[\U00010400-\U00010427]|[\U00010428-\U0001044F])\\p{Lu}", "\U00010400\U00010401\U00010428A\U00010428a", "\U00010400\U00010401|\U00010428A")]
    public void Find_MatchesAsOnigurumaDoes(string expression, string text, string expected)
    {
        var matches = new List<TextRange>();
        new RegexPattern(expression).Find(text, matches);
        string.Join('|', matches.Select(match => text[match.Start..match.End])).ShouldBe(expected);
    }

    [Theory]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData("[a")]
    [InlineData("[b-a]")]
    [InlineData("*a")]
    [InlineData("a{3,1}")]
    [InlineData("a{1,999999}")]
    [InlineData("a\\")]
    [InlineData(@"\p{Klingon}")]
    [InlineData(@"[\P{Han}]")]
    [InlineData(@"\p{L")]
    [InlineData(@"\R")]
    [InlineData(@"(a)\1")]
    [InlineData(@"\x{110000}")]
    [InlineData(@"\x{D800}")]
    [InlineData(@"\xZZ")]
    [InlineData("[a&&b]")]
    [InlineData("[^a&&[^b]]")]
    [InlineData("[a&&[^b]c]")]
    [InlineData("[a&&[^b&&[^c]]]")]
    [InlineData("[a[b]]")]
    [InlineData("(?m:a)")]
    [InlineData("(?x)a")]
    [InlineData(@"[\u0000-\uFFFD]")]
    public void Constructor_RefusesWhatIsNotSupported(string expression) =>
        Should.Throw<FormatException>(() => new RegexPattern(expression));

    [Fact]
    public void Constructor_RefusesDeepNesting() =>
        Should.Throw<FormatException>(() => new RegexPattern(new string('(', 1000) + new string(')', 1000)));

    [Fact]
    public void Find_EndsOnCatastrophicBacktracking()
    {
        var pattern = new RegexPattern(@"(?:a|aa)+\z");
        Should.Throw<EngineException>(() => pattern.Find(new string('a', 64) + "c", [])).Code.ShouldBe("invalid_request");
    }
}
