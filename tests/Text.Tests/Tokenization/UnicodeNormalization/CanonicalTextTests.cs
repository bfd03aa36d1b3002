using CsCheck;
using LmDeploy.Text.Tokenization.UnicodeNormalization;

namespace LmDeploy.Text.Tests.Tokenization.UnicodeNormalization;

public sealed class CanonicalTextTests
{
    private static readonly Gen<string> _texts = Gen.OneOf(
        Gen.Int[0x20, 0x3FF], Gen.Int[0x900, 0xDFF], Gen.Int[0x1100, 0x11FF], Gen.Int[0x1E00, 0x1FFF], Gen.Int[0xAC00, 0xD7A3],
        Gen.Int[0xF900, 0xFFFD], Gen.Int[0x11000, 0x11FFF], Gen.Int[0x1D100, 0x1D7FF], Gen.Int[0x300, 0x362])
        .Array[0, 12].Select(codePoints => string.Concat(codePoints.Select(char.ConvertFromUtf32)));

    [Theory]
    [InlineData("", "", "", "", "")]
    [InlineData("Az", "Az", "Az", "Az", "Az")]
    [InlineData("e\u0301", "\u00E9", "e\u0301", "\u00E9", "e\u0301")]
    [InlineData("\u00E9", "\u00E9", "e\u0301", "\u00E9", "e\u0301")]
    [InlineData("\u212B", "\u00C5", "A\u030A", "\u00C5", "A\u030A")]
    [InlineData("\uFB01", "\uFB01", "\uFB01", "fi", "fi")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E69", "s\u0323\u0307")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307")]
    [InlineData("\uD55C", "\uD55C", "\u1112\u1161\u11AB", "\uD55C", "\u1112\u1161\u11AB")]
    [InlineData("\u1112\u1161\u11AB\u11AB", "\uD55C\u11AB", "\u1112\u1161\u11AB\u11AB", "\uD55C\u11AB", "\u1112\u1161\u11AB\u11AB")]
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")]
    [InlineData("\U0001D400\U0001D15E", "\U0001D400\U0001D157\U0001D165", "\U0001D400\U0001D157\U0001D165", "A\U0001D157\U0001D165", "A\U0001D157\U0001D165")]
    [InlineData("①㎏", "①㎏", "①㎏", "1kg", "1kg")]
    public void Normalize_GivesTheForms(string text, string nfc, string nfd, string nfkc, string nfkd)
    {
        CanonicalText.Normalize(text, NormalizationKind.Nfc).ShouldBe(nfc);
        CanonicalText.Normalize(text, NormalizationKind.Nfd).ShouldBe(nfd);
        CanonicalText.Normalize(text, NormalizationKind.Nfkc).ShouldBe(nfkc);
        CanonicalText.Normalize(text, NormalizationKind.Nfkd).ShouldBe(nfkd);
    }

    [Fact]
    public void Normalize_IsIdempotentAndConsistent() => _texts.Sample(text =>
    {
        foreach (var kind in Enum.GetValues<NormalizationKind>())
        {
            var once = CanonicalText.Normalize(text, kind);
            CanonicalText.Normalize(once, kind).ShouldBe(once);
        }

        var decomposed = CanonicalText.Normalize(text, NormalizationKind.Nfd);
        CanonicalText.Normalize(decomposed, NormalizationKind.Nfc).ShouldBe(CanonicalText.Normalize(text, NormalizationKind.Nfc));
        var compatible = CanonicalText.Normalize(decomposed, NormalizationKind.Nfkd);
        compatible.ShouldBe(CanonicalText.Normalize(text, NormalizationKind.Nfkd));
        CanonicalText.Normalize(compatible, NormalizationKind.Nfkc).ShouldBe(CanonicalText.Normalize(text, NormalizationKind.Nfkc));
    });

    [Fact]
    public void Normalize_SortsLongRunsOfMarks()
    {
        var marks = string.Concat(Enumerable.Repeat("\u0301\u0323", 50_000));
        var normalized = CanonicalText.Normalize("x" + marks, NormalizationKind.Nfd);
        normalized.ShouldBe("x" + new string('\u0323', 50_000) + new string('\u0301', 50_000));
    }
}
