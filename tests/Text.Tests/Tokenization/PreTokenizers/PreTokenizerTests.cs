using System.Text.Json;
using LmDeploy.Text.Tokenization.Json;
using LmDeploy.Text.Tokenization.PreTokenizers;

namespace LmDeploy.Text.Tests.Tokenization.PreTokenizers;

public sealed class PreTokenizerTests
{
    [Theory]
    [InlineData("Removed", false, "the|final|countdown")]
    [InlineData("Isolated", false, "the|-|final|-|-|countdown")]
    [InlineData("MergedWithPrevious", false, "the-|final-|-|countdown")]
    [InlineData("MergedWithNext", false, "the|-final|-|-countdown")]
    [InlineData("Contiguous", false, "the|-|final|--|countdown")]
    [InlineData("Removed", true, "-|-|-")]
    [InlineData("Isolated", true, "the|-|final|-|-|countdown")]
    [InlineData("MergedWithPrevious", true, "the|-final|-|-countdown")]
    [InlineData("Contiguous", true, "the|-|final|--|countdown")]
    public void Split_FollowsTheBehavior(string behavior, bool invert, string expected) => Split(
        $$"""{"type":"Split","pattern":{"String":"-"},"behavior":"{{behavior}}","invert":{{(invert ? "true" : "false")}}}""",
        "the-final--countdown").ShouldBe(expected);

    [Theory]
    [InlineData("""{"type":"Digits","individual_digits":true}""", "a12²𝟙b", "a|1|2|²|𝟙|b")]
    [InlineData("""{"type":"Digits","individual_digits":false}""", "a12²𝟙b", "a|12²𝟙|b")]
    [InlineData("""{"type":"Punctuation"}""", "a+b!?「𐄀", "a|+|b|!|?|「|𐄀")]
    [InlineData("""{"type":"Punctuation","behavior":"Contiguous"}""", "a!?b", "a|!?|b")]
    [InlineData("""{"type":"Whitespace"}""", "Hey you! 😀x", "Hey|you|!|😀|x")]
    [InlineData("""{"type":"WhitespaceSplit"}""", " a\u3000b! ", "a|b!")]
    [InlineData("""{"type":"CharDelimiterSplit","delimiter":"_"}""", "a__b", "a|b")]
    [InlineData("""{"type":"Metaspace","replacement":"_"}""", "a  b", "_a|_|_b")]
    [InlineData("""{"type":"Metaspace","replacement":"_","split":false}""", "a b", "_a_b")]
    [InlineData("""{"type":"Metaspace","replacement":"_","prepend_scheme":"never"}""", "a b", "a|_b")]
    [InlineData("""{"type":"Metaspace","replacement":"_","add_prefix_space":false}""", "a b", "a|_b")]
    [InlineData("""{"type":"Metaspace","replacement":"_"}""", " a", "_a")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":true}""", "Hi you're é", "ĠHi|Ġyou|'re|ĠÃ©")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}""", "a b\n", "aĠbĊ")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":false}""", "a   b  ", "a|ĠĠ|Ġb|ĠĠ")]
    [InlineData("""{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Punctuation"}]}""", "a b!", "a|b|!")]
    [InlineData("""{"type":"Sequence","pretokenizers":[]}""", "a b", "a b")]
    [InlineData("""{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Metaspace","replacement":"_","prepend_scheme":"first"}]}""",
        "a b", "_a|b")]
    public void Split_DividesTheText(string json, string text, string expected) => Split(json, text).ShouldBe(expected);

    private static string Split(string json, string text)
    {
        using var document = JsonDocument.Parse(json);
        var pieces = new List<Piece>();
        PreTokenizerReader.Read(new JsonPlace(document.RootElement, "test.json", "")).Split(new Piece(text.AsMemory(), AtStart: true), pieces);
        return string.Join('|', pieces.Select(piece => piece.Text.ToString()));
    }
}
