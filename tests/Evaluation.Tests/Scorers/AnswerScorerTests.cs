using LmDeploy.Evaluation;

namespace LmDeploy.Evaluation.Tests.Scorers;

public sealed class AnswerScorerTests
{
    [Fact]
    public void Contains_FindsAnyOfTheExpected()
    {
        var (strict, lax) = (Scorer.Contains(), Scorer.Contains(ignoreCase: true));
        strict.Of("It is Paris, of course.", "London", " Paris\n").ShouldBe(new ItemScore(1) { Detail = " Paris\n" });
        strict.Of("it is paris", "Paris").Value.ShouldBe(0);
        lax.Of("it is paris", "PARIS").Value.ShouldBe(1);
        strict.Of("anything", "").Value.ShouldBe(0);
        strict.Of(" ", "").Value.ShouldBe(1);
        strict.Of("anything").Value.ShouldBe(double.NaN);
        strict.Name.ShouldNotBe(lax.Name);
    }

    [Fact]
    public void Regex_ComparesWhatIsCaptured()
    {
        var letter = Scorer.Regex(@"answer is \(?([A-D])");
        letter.Of("So the answer is (B), not answer is C.", "B").ShouldBe(new ItemScore(1) { Detail = "B" });
        letter.Of("So the answer is (B).", "A", "C").Value.ShouldBe(0);
        letter.Of("No idea.", "A").ShouldBe(new ItemScore(0) { Detail = "no match" });
        letter.Of("The answer is D").Value.ShouldBe(1);
        Scorer.Regex("(a)|(b)", 2).Of("a", "").ShouldBe(new ItemScore(0) { Detail = "no match" });
        Scorer.Regex("a+").Of("caaat", "aaa").Value.ShouldBe(1);
        letter.Name.ShouldNotBe(Scorer.Regex("a+").Name);
    }

    [Fact]
    public void Regex_GivesUpOnAnEndlessMatch()
        => Scorer.Regex("^(a|a?)+$").Of(new string('a', 40) + "!", "a").ShouldSatisfyAllConditions(
            score => score.Value.ShouldBe(double.NaN), score => score.Detail!.ShouldContain("1 s"));

    [Fact]
    public void Regex_RefusesWhatIsNone()
    {
        Should.Throw<ArgumentException>(() => Scorer.Regex("(")).Message.ShouldContain("(");
        Should.Throw<ArgumentOutOfRangeException>(() => Scorer.Regex("(a)", 2)).Message.ShouldContain("groups 0, 1");
        Should.Throw<ArgumentOutOfRangeException>(() => Scorer.Numeric(-1));
        Should.Throw<ArgumentOutOfRangeException>(() => Scorer.Numeric(double.NaN));
        Should.Throw<ArgumentException>(() => Scorer.Custom(" ", (_, _) => 1));
    }

    [Theory]
    [InlineData("He pays 3 * 6 = 18 dollars.\n#### 18", "18", "18")]
    [InlineData("#### 7\nThat took 99 steps.", "7", "7")]
    [InlineData("####\nNothing after 12", "12", "12")]
    [InlineData("#### 5\n\nQuestion: more?\nAnswer: #### 6", "5", "5")]
    [InlineData("#### 1. Add\n6 + 6 = 12\n#### Step 2\nDone: 12", "12", "12")]
    [InlineData("#### **$18.00**.\r\nBye 3", "18", "$18.00")]
    [InlineData("It costs $1,234,567.50.", "1234567.5", "$1,234,567.50")]
    [InlineData("So -$5 are left", "-5", "-$5")]
    [InlineData("a loss of €\u22125", "-5", "€\u22125")]
    [InlineData("12 000 or 12\u202f000", "12000", "12\u202f000")]
    [InlineData(@"\boxed{1{,}234\,567}", "1234567", @"1{,}234\,567")]
    [InlineData("The area is 18 m2.", "18", "18")]
    [InlineData("5-3", "3", "3")]
    [InlineData("From 10 to 20.", "20", "20")]
    [InlineData("about 50%", "50", "50%")]
    [InlineData("about 50 %", "0.5", "50 %")]
    [InlineData("7", "700%", "7")]
    [InlineData("It is 3/4.", "0.75", "3/4")]
    [InlineData("It is 1 1/2, or so", "3/2", "1 1/2")]
    [InlineData(@"\boxed{-\frac{3}{4}}", "-0.75", @"-\frac{3}{4}")]
    [InlineData("1.5e3 m", "1500", "1.5e3")]
    [InlineData("only .5", "0.5", ".5")]
    [InlineData("12, 34", "34", "34")]
    [InlineData("on 1/2/2024", "2024", "2024")]
    [InlineData("**42**", "42.0", "42")]
    [InlineData("0.1", ".10", "0.1")]
    public void Numeric_TakesTheResult(string answer, string expected, string text) =>
        Scorer.Numeric().Of(answer, expected).ShouldBe(new ItemScore(1) { Detail = text });

    [Theory]
    [InlineData("eighteen", "18")]
    [InlineData("", "18")]
    [InlineData("18.01", "18")]
    [InlineData("-18", "18")]
    [InlineData("1/0", "1")]
    [InlineData("50%", "5")]
    [InlineData("1e999", "18")]
    public void Numeric_IsNotMisled(string answer, string expected) => Scorer.Numeric().Of(answer, expected).Value.ShouldBe(0);

    [Fact]
    public void Numeric_HasATolerance()
    {
        Scorer.Numeric(0.02).Of("18.01", "18").Value.ShouldBe(1);
        Scorer.Numeric(0.02).Of("17.97", "18").Value.ShouldBe(0);
        Scorer.Numeric().Of("18", "none").Value.ShouldBe(double.NaN);
        Scorer.Numeric().Of(new string('7', 200_000) + string.Concat(Enumerable.Repeat("1,", 100_000)), "1").Value.ShouldBe(1);
    }

    [Fact]
    public async Task Custom_IsAskedForAnswersThatDidNotFail()
    {
        Scorer.Custom("length", (item, answer) => answer.Text.Length).Of("four").Value.ShouldBe(4);
        Scorer.Custom("later", async (_, answer, cancellationToken) =>
        {
            await Task.Delay(0, cancellationToken);
            return answer.Text.Length / 2d;
        }).Of("fi").Value.ShouldBe(1);
        Scorer.Custom("broken", (_, _) => throw new InvalidOperationException("no")).Of("x").Detail.ShouldBe("InvalidOperationException: no");
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var waits = Scorer.Custom("waits", async (_, _, cancellationToken) =>
        {
            await Task.Delay(1, cancellationToken);
            return 1;
        });
        await Should.ThrowAsync<OperationCanceledException>(
            waits.ScoreAsync(null!, [new AnsweredItem(new DatasetItem("1", "q"), [new Response()])], cancelled.Token));
        var failed = await waits.ScoreAsync(null!, [new AnsweredItem(new DatasetItem("1", "q"), [Response.Failed(0, "out_of_memory", "full")])], default);
        failed[0].Detail.ShouldBe("out_of_memory: full");
    }
}
