using LmDeploy.Evaluation;
using LmDeploy.Evaluation.Scorers;

namespace LmDeploy.Evaluation.Tests.Scorers;

public sealed class TextOverlapTests
{
    /// <summary>The first two are those of sacreBLEU's own tests (test/test_sentence_bleu.py).</summary>
    [Theory]
    [InlineData(
        "Producția de zahăr primă va fi exprimată în ceea ce privește zahărul alb;", "producţia de zahăr brut se exprimă în zahăr alb;", 0.08493)]
    [InlineData("this is a cat", "okay thanks", 0)]
    [InlineData("this is a fest", "this is a test", 0.59460)]
    [InlineData("another test", "this is a test", 0.18394)]
    [InlineData("one", "one", 1)]
    [InlineData("The cat, the dog.", "The cat, the dog.\n", 1)]
    [InlineData("", "this", 0)]
    [InlineData("this", "", 0)]
    [InlineData("", "", 0)]
    public void Bleu_IsThatOfSacreBleu(string answer, string expected, double score) => Scorer.Bleu.Of(answer, expected).Value.ShouldBe(score, 1e-5);

    /// <summary>3 of 4 words, 2 of 3 pairs, then half of 1 of 2 and a quarter of 1 of 1.</summary>
    [Fact]
    public void Bleu_CountsAGramAsOftenAsOneReferenceHasIt()
        => Scorer.Bleu.Of("the the the cat", "the cat sat", "the the dog").Value.ShouldBe(Math.Pow(3 / 4d * 2 / 3 * 1 / 4 * 1 / 4, 1 / 4d), 1e-12);

    [Fact]
    public void Bleu_IsBriefAgainstTheNearestReference()
        => Scorer.Bleu.Of("a b c d", "a b c d e f g h i", "a b c d e").Value.ShouldBe(Math.Exp(1 - (5 / 4d)), 1e-12);

    [Theory]
    [InlineData("Hello, world! It's 3.5-4 (ok).", "Hello|,|world|!|It's|3.5|-|4|(|ok|)|.")]
    [InlineData("1,000 well-\nknown &quot;x&amp;lt;&quot;", "1,000|wellknown|\"|x|<|\"")]
    [InlineData("a\u00a0b <skipped>c$2.", "a|b|c|$|2|.")]
    public void BleuTokens_AreThoseOf13a(string text, string tokens) => BleuTokens.Of(text).ShouldBe(tokens.Split('|'));

    /// <summary>The first three are those of rouge_score's own tests (rouge/rouge_scorer_test.py).</summary>
    [Theory]
    [InlineData("testing one", "testing one two", 0.8)]
    [InlineData("testing two", "testing one two", 0.8)]
    [InlineData("", "testing one two", 0)]
    [InlineData("2 5 3 4", "1 2 3 4 5", 2 / 3d)]
    [InlineData("The Cat's hat!", "the cat s HAT", 1)]
    [InlineData("...", "...", 0)]
    public void RougeL_IsThatOfRougeScore(string answer, string expected, double score) => Scorer.RougeL.Of(answer, expected).Value.ShouldBe(score, 1e-12);

    [Fact]
    public void RougeL_TakesTheBestReference() => Scorer.RougeL.Of("a b", "c", "a b c", "a b").Value.ShouldBe(1);

    [Fact]
    public void Both_NeedReferences()
    {
        Scorer.Bleu.Of("a").Value.ShouldBe(double.NaN);
        Scorer.RougeL.Of("a").Value.ShouldBe(double.NaN);
    }
}
