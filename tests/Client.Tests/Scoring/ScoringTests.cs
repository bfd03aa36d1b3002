using LmDeploy.V1;

namespace LmDeploy.Client.Tests.Scoring;

public sealed class ScoringTests : IAsyncLifetime
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

    [Fact]
    public void GetPpl_IsTheMeanOfTheTokensButTheFirst()
    {
        _fake.OnLogLikelihood = _ => Answer(new ContinuationScore { Logprobs = { -1, -2 }, TokenIds = { 2, 3 } });
        _pipeline.GetPpl([1, 2, 3]).ShouldBe(1.5);
    }

    [Fact]
    public void GetPpl_ManyInOrder() => _pipeline.GetPpl([[65, 66], new[] { 65, 66, 67 }]).ShouldBe([0.25, 0.25]);

    [Fact]
    public void GetPpl_OfOneTokenThrows()
        => Should.Throw<ArgumentException>(() => _pipeline.GetPpl([[1, 2], [1]])).Message.ShouldContain("Input 1");

    [Fact]
    public void GetPpl_ThrowsTheErrorOfAnInput()
    {
        _fake.OnLogLikelihood = _ => Answer(new ContinuationScore { Error = new Error { Code = "context_length_exceeded", Message = "too long" } });
        Should.Throw<LmDeployException>(() => _pipeline.GetPpl([1, 2])).Code.ShouldBe("context_length_exceeded");
    }

    [Fact]
    public void Score_IsOfThePromptOrOfTheContinuation()
    {
        _pipeline.Score([new ScoreInput("abc")])[0].TokenIds.ShouldBe("bc".Select(c => (int)c));
        var score = _pipeline.Score("abc", "de");
        score.TokenIds.ShouldBe("de".Select(c => (int)c));
        score.Logprobs.ShouldBe(_pipeline.GetLogLikelihood("abc", ["de"])[0].TokenLogprobs);
    }

    [Fact]
    public void Score_SendsOnlyWhatCanBeSent()
    {
        var scores = _pipeline.Score([new ScoreInput("a", "\ud800"), new ScoreInput("a", "bc")]);
        scores[0].ErrorCode.ShouldBe("invalid_request");
        scores[1].Logprobs.Count.ShouldBe(2);
    }

    [Fact]
    public void GetLogLikelihood_GivesAResultForEachContinuation()
    {
        var scores = _pipeline.GetLogLikelihood("prompt", ["ab", "Ab", Continuation.FromTokenIds([97])]);
        scores.Select(score => score.Logprob).ShouldBe([-0.5, -0.5, -0.25]);
        scores.Select(score => score.IsGreedy).ShouldBe([true, false, true]);
        scores[0].TokenIds.ShouldBe([97, 98]);
        scores[0].TokenLogprobs.ShouldBe([-0.25, -0.25]);
    }

    [Fact]
    public void GetLogLikelihood_LeavesOutWhatCannotBeSent()
    {
        var sent = 0;
        _fake.OnLogLikelihood = request =>
        {
            sent = request.Inputs.Sum(input => input.Continuations.Count);
            return FakeModel.LogLikelihood(request);
        };
        string[] texts = ["\ud800", "b"];
        var scores = _pipeline.GetLogLikelihood([
            new LogLikelihoodInput("a", [.. texts.Select(Continuation.FromText)]),
            new LogLikelihoodInput("\ud800", ["c", "d"]),
            new LogLikelihoodInput("e", []),
            new LogLikelihoodInput("f", ["!", "gh"])]);
        sent.ShouldBe(3);
        scores.Select(input => input.Select(score => score.ErrorCode is null)).ShouldBe([[false, true], [false, false], [], [false, true]]);
        scores[3][1].TokenIds.Count.ShouldBe(2);
        _pipeline.GetLogLikelihood("a", texts)[1].Logprob.ShouldBe(-0.25);
    }

    [Fact]
    public async Task GetLogLikelihood_OfNothing_IsNothing()
    {
        (await _pipeline.GetLogLikelihoodAsync([])).ShouldBeEmpty();
        (await _pipeline.GetLogLikelihoodAsync("a", Array.Empty<Continuation>())).ShouldBeEmpty();
    }

    [Fact]
    public async Task GetLogLikelihood_EndsWithItsToken()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(_pipeline.GetLogLikelihoodAsync("a", ["b"], cancelled.Token));
    }

    [Fact]
    public void GetRewardScore_OneManyAndPrompts()
    {
        _pipeline.GetRewardScore([65, 66]).ShouldBe(2);
        _pipeline.GetRewardScore([new[] { 65 }, [65, 66, 67]]).ShouldBe([1, 3]);
        Prompt[] prompts = ["ab", "!", "\ud800", Prompt.FromText("abc") with { AddGenerationPrompt = false }];
        var scores = _pipeline.GetRewardScore(prompts);
        scores.Select(score => score.Score).ShouldBe([2, 0, 0, 3.5]);
        scores.Select(score => score.ErrorCode).ShouldBe([null, "unsupported_feature", "invalid_request", null]);
    }

    [Fact]
    public void GetRewardScore_ThrowsTheErrorOfItsInput()
        => Should.Throw<LmDeployException>(() => _pipeline.GetRewardScore(['!'])).Code.ShouldBe("unsupported_feature");

    [Fact]
    public void Tokenize_TextIsRaw()
    {
        _fake.OnTokenize = request =>
        {
            request.Prompts.ShouldHaveSingleItem().Raw.ShouldBeTrue();
            return FakeModel.Tokenize(request);
        };
        _pipeline.Tokenize("ab").ShouldBe([97, 98]);
    }

    [Fact]
    public void Tokenize_PromptsAreRendered() => _pipeline.Tokenize([Prompt.FromText("ab") with { AddGenerationPrompt = false }])[0].Rendered.ShouldBe("<ab>");

    [Fact]
    public void Detokenize_ThrowsTheErrorOfItsInput()
    {
        _pipeline.Detokenize([97, 98]).ShouldBe("ab");
        Should.Throw<LmDeployException>(() => _pipeline.Detokenize([-1])).Code.ShouldBe("invalid_request");
    }

    private static LogLikelihoodResponse Answer(ContinuationScore score) => new() { Results = { new LogLikelihoodResult { Continuations = { score } } } };
}
