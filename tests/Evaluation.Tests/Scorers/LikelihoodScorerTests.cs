using LmDeploy.Evaluation;
using LmDeploy.Evaluation.Statistics;
using LmDeploy.V1;

namespace LmDeploy.Evaluation.Tests.Scorers;

public sealed class LikelihoodScorerTests : IAsyncLifetime
{
    private FakeSupervisor _fake = null!;
    private LmDeploy.Supervisor _supervisor = null!;
    private Pipeline _pipeline = null!;

    public async ValueTask InitializeAsync()
    {
        _fake = await FakeSupervisor.StartAsync();
        _supervisor = _fake.Connect();
        _pipeline = await Pipeline.CreateAsync("model", null, _supervisor).InTime();
    }

    public async ValueTask DisposeAsync()
    {
        await _pipeline.DisposeAsync();
        await _supervisor.DisposeAsync();
        await _fake.DisposeAsync();
    }

    /// <summary>
    /// Every letter costs a quarter: the shortest choice is the most probable, and by characters all are the same but for the white space before them.
    /// </summary>
    [Fact]
    public async Task MultipleChoice_TakesTheMostProbable()
    {
        (await ScoreAsync(Scorer.MultipleChoice, Question(1, " long", " s", " middle"))).ShouldBe(new ItemScore(1) { Detail = "1: s (-0.5)" });
        (await ScoreAsync(Scorer.MultipleChoice, Question(0, " long", " s", " middle"))).Value.ShouldBe(0);
        (await ScoreAsync(Scorer.MultipleChoice, Question(1, "ab", "cd"))).ShouldBe(new ItemScore(0) { Detail = "0: ab (-0.5)" });
        Scorer.MultipleChoice.NeedsAnswers.ShouldBeFalse();
    }

    [Fact]
    public async Task MultipleChoiceNormalized_DividesByCharacters()
    {
        // 5 quarters by 4 against 2 by 1 and 7 by 6.
        (await ScoreAsync(Scorer.MultipleChoiceNormalized, Question(2, " long", " s", " middle"))).ShouldBe(new ItemScore(1) { Detail = "2: middle (-0.292)" });

        // A code point outside the BMP is one character: two UTF-16 units by 1 are worse than one by 1.
        (await ScoreAsync(Scorer.MultipleChoiceNormalized, Question(1, "\U0001f600", "b"))).Value.ShouldBe(1);
        (await ScoreAsync(Scorer.MultipleChoiceNormalized, Question(0, " ", "b"))).Value.ShouldBe(1);
    }

    [Fact]
    public async Task MultipleChoice_LeavesOutWhatCannotBeScored()
    {
        DatasetItem[] items =
        [
            Question(null, "a", "b"), Question(0), Question(2, "a", "b"), Question(0, "a", "!"), Question(0, "\ud800", "a"), Question(0, "a", "bc"),
        ];
        var scores = await Scorer.MultipleChoice.ScoreAsync(_pipeline, [.. items.Select(item => new AnsweredItem(item, []))], default);
        scores.Select(score => score.Value).ShouldBe([double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, 1]);
        scores[3].Detail.ShouldBe("invalid_request: ! cannot be scored.");
        (await Scorer.MultipleChoice.ScoreAsync(_pipeline, [], default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Perplexity_IsThatOfAllTokens()
    {
        _fake.OnLogLikelihood = request => new LogLikelihoodResponse
        {
            Results =
            {
                request.Inputs.Select(input => input.Continuations.Single().Answer).Select(text => new LogLikelihoodResult
                {
                    Continuations =
                    {
                        text == "!"
                            ? new ContinuationScore { Error = new Error { Code = ErrorCodes.ContextLengthExceeded, Message = "too long" } }
                            : new ContinuationScore { TokenIds = { text.Select(c => (int)c) }, Logprobs = { text.Select(c => -(c % 7) / 3d) } },
                    },
                }),
            },
        };
        string[] expected = ["59", "!", "a longer answer", ""];
        DatasetItem[] items = [new("0", "no answer"), .. expected.Select((text, i) => new DatasetItem($"{i + 1}", "question") { Expected = [text, "other"] })];
        var scores = await Scorer.Perplexity.ScoreAsync(_pipeline, [.. items.Select(item => new AnsweredItem(item, []))], default);
        scores.Select(score => double.IsNaN(score.Value)).ShouldBe([true, false, true, false, true]);
        scores[1].Weight.ShouldBe(2);
        scores[2].Detail.ShouldBe("context_length_exceeded: too long");

        var results = await _pipeline.ScoreAsync(expected.Select(text => new ScoreInput("question", Continuation.FromAnswer(text))));
        var metric = new ScoreStatistics(0.95, 10, 1).Summarize(scores, Scorer.Perplexity.Summary);
        metric.Value.ShouldBe(Math.Exp(-results.Sum(result => result.Sum) / results.Sum(result => result.Logprobs.Count)), 1e-14);
        (metric.Count, metric.NotScored, Scorer.Perplexity.NeedsAnswers).ShouldBe((5, 3, false));
    }

    private static DatasetItem Question(int? correct, params string[] choices) => new("1", "question") { Choices = choices, CorrectChoice = correct };

    private async Task<ItemScore> ScoreAsync(Scorer scorer, DatasetItem item) =>
        (await scorer.ScoreAsync(_pipeline, [new AnsweredItem(item, [])], default)).ShouldHaveSingleItem();
}
