using LmDeploy.Text.Errors;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Text.Tests.Tokenization;

/// <summary>Normalizers that multiply a text.</summary>
public sealed class NormalizedSizeTests
{
    [Theory]
    [InlineData(
        """{"type": "Sequence", "normalizers": [{"type": "Replace", "pattern": {"String": "a"}, "content": "TIMES"},"""
        + """ {"type": "Replace", "pattern": {"String": "a"}, "content": "TIMES"}]}""")]
    [InlineData("""{"type": "Replace", "pattern": {"Regex": "a"}, "content": "TIMES"}""")]
    [InlineData("""{"type": "Replace", "pattern": {"Regex": "(?=a)"}, "content": "TIMES"}""")]
    [InlineData("""{"type": "Prepend", "prepend": "TIMES"}""")]
    public void TextThatIsMultiplied_IsRefused(string normalizer)
    {
        var tokenizer = SmallTokenizer.Load(SmallTokenizer.Create("normalizer", normalizer.Replace("TIMES", new string('a', 1000), StringComparison.Ordinal)));
        var text = string.Concat(Enumerable.Repeat("a<tool>", 300));
        var error = Should.Throw<EngineException>(() => tokenizer.Encode(text, addSpecialTokens: false));
        error.Code.ShouldBe("invalid_request");
        error.Message.ShouldContain("normalizer");
        tokenizer.Encode("b", addSpecialTokens: false).ShouldNotBeEmpty();
    }

    [Fact]
    public void TextThatGrowsAsUnicodeHasIt_IsEncoded()
    {
        var tokenizer = SmallTokenizer.Load(SmallTokenizer.Create("normalizer", """{"type": "NFKC"}"""));
        tokenizer.Encode(string.Concat(Enumerable.Repeat("\uFDFA", 100_000)), addSpecialTokens: false).Length.ShouldBe(1_800_000);
    }
}
