using LmDeploy.Evaluation;
using LmDeploy.Evaluation.Judging;
using LmDeploy.Evaluation.Statistics;

namespace LmDeploy.Evaluation.Tests.Judging;

public sealed class JudgingTests
{
    [Fact]
    public void JudgePrompt_ShowsQuestionAndAnswers()
    {
        var prompt = JudgePrompt.For(new DatasetItem("1", "Why?"), ["Because."], ["Who\nknows."], null)!;
        prompt.User.ShouldBe("""
            [Start of the question]
            Why?
            [End of the question]

            [Start of the answer of assistant A]
            Because.
            [End of the answer of assistant A]

            [Start of the answer of assistant B]
            Who
            knows.
            [End of the answer of assistant B]
            """);
        prompt.System.ShouldNotContain("reference");
        prompt.System.ShouldNotContain("in turn");
        prompt.System.ShouldEndWith("[[C]] if they are equally good.");
        prompt.ToPrompt().MessagesJson!.ShouldContain("\"role\":\"system\"");
    }

    [Fact]
    public void JudgePrompt_ShowsConversationsAndReferences()
    {
        var item = new DatasetItem("1", "Write.") { FollowUps = ["Shorter."], Expected = ["Short.", "Brief."] };
        var prompt = JudgePrompt.For(item, ["one", "two"], ["three", "four"], "Be strict.")!;
        prompt.System.ShouldStartWith("Be strict. A reference answer is given");
        prompt.System.ShouldContain("several things in turn");
        prompt.User.ShouldStartWith("[Start of the reference answer to the last question]\nShort.\n\nor\n\nBrief.\n[End");
        prompt.User.ShouldContain(
            "### User:\nWrite.\n\n### Assistant B:\nthree\n\n### User:\nShorter.\n\n### Assistant B:\nfour\n[End of the conversation with assistant B]");
        Should.Throw<ArgumentException>(() => JudgePrompt.For(item, ["one"], ["three", "four"], null));
    }

    [Fact]
    public void JudgePrompt_ShowsMessages()
    {
        QuestionText.Of(new[] { PromptMessage.User("Hi \"you\"") }).ShouldBe("Hi \"you\"");
        QuestionText.Of(new[] { PromptMessage.System("Be kind."), PromptMessage.User("Hi") }).ShouldBe("system: Be kind.\n\nuser: Hi");
        QuestionText.Of(Prompt.FromMessagesJson("""[{"role": "user", "content": [{"type": "text"}]}]""")).ShouldBe("""[{"type": "text"}]""");
        QuestionText.Of(Prompt.FromMessagesJson("{")).ShouldBeNull();
        QuestionText.Of(Prompt.FromMessagesJson("[1]")).ShouldBeNull();
        JudgePrompt.For(new DatasetItem("1", Prompt.FromTokenIds([1])), ["a"], ["b"], null).ShouldBeNull();
    }

    [Theory]
    [InlineData("A is fine.\n[[A]]", "A")]
    [InlineData("Not [[A]], nor [[C]]: **[[B]]**.", "B")]
    [InlineData("[[ C ]]", "Tie")]
    [InlineData("[A]", "None")]
    [InlineData("[[D]] [[a]] [[AB]] [[", "None")]
    [InlineData("", "None")]
    public void JudgeAnswer_TakesTheLastVerdict(string answer, string verdict) => JudgeAnswer.Parse(answer).ToString().ShouldBe(verdict);

    [Fact]
    public void BothOrders_HaveToAgree()
    {
        foreach (var straight in Enum.GetValues<JudgeVerdict>())
        {
            foreach (var swapped in Enum.GetValues<JudgeVerdict>())
            {
                BothOrders.Combine(straight, swapped).ShouldBe(
                    straight == JudgeVerdict.None || swapped == JudgeVerdict.None ? PairwiseVerdict.NotJudged
                    : straight == JudgeVerdict.A && swapped == JudgeVerdict.B ? PairwiseVerdict.Win
                    : straight == JudgeVerdict.B && swapped == JudgeVerdict.A ? PairwiseVerdict.Loss
                    : PairwiseVerdict.Tie);
            }
        }
    }

    [Fact]
    public void WinRate_CountsTiesAsHalf()
    {
        var statistics = new ScoreStatistics(0.95, 1000, 1);
        PairwiseVerdict[] verdicts =
        [
            .. Enumerable.Repeat(PairwiseVerdict.Win, 7), PairwiseVerdict.Loss, PairwiseVerdict.Tie, PairwiseVerdict.Tie, PairwiseVerdict.NotJudged,
        ];
        var rate = WinRate.Of(verdicts, statistics);
        (rate.Value, rate.Wins, rate.Losses, rate.Ties, rate.NotJudged).ShouldBe((0.8, 7, 1, 2, 1));
        rate.PValue.ShouldBe(18 / 256d, 1e-15);
        rate.Interval.Low.ShouldBeInRange(0.4, 0.7);
        rate.Interval.High.ShouldBeInRange(0.9, 1);
        var none = WinRate.Of([PairwiseVerdict.NotJudged], statistics);
        (none.Value, none.PValue, none.NotJudged).ShouldBe((double.NaN, double.NaN, 1));
        WinRate.Of([], statistics).PValue.ShouldBe(double.NaN);
    }

    [Fact]
    public void PairwiseJudge_ChecksItsMembers()
    {
        new PairwiseJudge("judge").Generation.MaxNewTokens.ShouldBe(8192);
        Should.Throw<ArgumentException>(() => new PairwiseJudge(""));
        Should.Throw<ArgumentException>(() => new PairwiseJudge("judge") { Instructions = "\ud800" });
    }
}
