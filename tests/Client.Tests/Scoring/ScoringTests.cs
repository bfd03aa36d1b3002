using LmDeploy.Client.Tests.Fakes;
using LmDeploy.V1;

namespace LmDeploy.Client.Tests.Scoring;

public sealed class ScoringTests : IAsyncLifetime
{
    private FakeSupervisor _fake = null!;
    private LmDeploy.Supervisor _supervisor = null!;
    private Pipeline _pipeline = null!;

    public async Task InitializeAsync()
    {
        _fake = await FakeSupervisor.StartAsync();
        _supervisor = _fake.Connect();
        _pipeline = await Pipeline.CreateAsync("model", null, _supervisor).InTime();
    }

    public async Task DisposeAsync()
    {
        await _pipeline.DisposeAsync();
        await _supervisor.DisposeAsync();
        await _fake.DisposeAsync();
    }

    [Fact]
    public void GetPpl_IsTheMeanOfTheTokensButTheFirst()
    {
        _fake.OnScore = _ => new ScoreResponse { Results = { new V1.ScoreResult { Logprobs = { -1, -2 }, TokenIds = { 2, 3 } } } };
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
        _fake.OnScore = _ => new ScoreResponse { Results = { new V1.ScoreResult { Error = new Error { Code = "context_length_exceeded", Message = "too long" } } } };
        Should.Throw<LmDeployException>(() => _pipeline.GetPpl([1, 2])).Code.ShouldBe("context_length_exceeded");
    }

    [Fact]
    public void Score_SendsOnlyWhatCanBeSent()
    {
        var scores = _pipeline.Score([new ScoreInput("a", "\ud800"), new ScoreInput("a", "bc")]);
        scores[0].ErrorCode.ShouldBe("invalid_request");
        scores[1].Logprobs.Count.ShouldBe(2);
    }

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
}
