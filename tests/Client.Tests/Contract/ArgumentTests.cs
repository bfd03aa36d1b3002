namespace LmDeploy.Client.Tests.Contract;

/// <summary>What a caller gets wrong is said where it is done, in the name of the parameter.</summary>
public sealed class ArgumentTests : IAsyncLifetime
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
    public void Null_IsNamedAsTheParameter()
    {
        NullOf(() => ResponseFormat.JsonSchema(null!)).ShouldBe("schema");
        NullOf(() => ResponseFormat.Regex(null!)).ShouldBe("pattern");
        NullOf(() => new ScoreInput(null!)).ShouldBe("prompt");
        NullOf(() => new LogLikelihoodInput(null!, [])).ShouldBe("prompt");
        NullOf(() => new LogLikelihoodInput("a", null!)).ShouldBe("continuations");
        NullOf(() => new Response().Extend(null!)).ShouldBe("next");
        NullOf(() => _pipeline.Score((Prompt)null!, "a")).ShouldBe("prompt");
        NullOf(() => _pipeline.Score("a", (Continuation)null!)).ShouldBe("continuation");
        NullOf(() => _supervisor.StopPipeline(null!)).ShouldBe("pipeline");
    }

    [Fact]
    public void EmptyTexts_AreNamedAsTheParameter()
    {
        Should.Throw<ArgumentException>(() => ResponseFormat.Regex("")).ParamName.ShouldBe("pattern");
        Should.Throw<ArgumentException>(() => _supervisor.StopPipeline("")).ParamName.ShouldBe("pipeline");
    }

    [Fact]
    public void NumbersOutOfRange_AreNamedAsTheParameter()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => _supervisor.UnloadPipeline("chat", TimeSpan.FromSeconds(-1))).ParamName.ShouldBe("drainTimeout");
        Should.Throw<ArgumentOutOfRangeException>(() => _supervisor.ReadLogs("chat", lines: -1)).ParamName.ShouldBe("lines");
    }

    [Fact]
    public void NullInAList_IsNamedAsTheParameter()
    {
        Should.Throw<ArgumentException>(() => _pipeline.GetRewardScore([[1], null!])).ParamName.ShouldBe("inputIds");
        Should.Throw<ArgumentException>(() => _pipeline.Infer(["a", "b"], [new GenerationConfig(), null!])).ParamName.ShouldBe("configs");
    }

    [Fact]
    public void Streams_CheckTheirArgumentsWhenTheyAreAskedFor()
    {
        NullOf(() => _pipeline.StartSession().StreamChatAsync(null!)).ShouldBe("prompt");
        NullOf(() => _supervisor.ReadLogsAsync(null!)).ShouldBe("pipeline");
    }

    [Fact]
    public void NoList_OfConfigurationsIsAnError()
    {
        NullOf(() => (GenerationConfigs)(GenerationConfig[])null!).ShouldBe("configs");
        NullOf(() => (GenerationConfigs)(List<GenerationConfig>)null!).ShouldBe("configs");
    }

    [Fact]
    public void NoConfiguration_OfABatchIsTheDefaults()
    {
        GenerationConfig? none = null;
        GenerationConfigs? configs = none;
        configs.ShouldBeNull();
        _pipeline.Infer(["a", "b"], none).Count.ShouldBe(2);
    }

    [Fact]
    public void Score_TakesContinuationsOfTokens() => _pipeline.Score("abc", Continuation.FromTokenIds([7, 8])).TokenIds.ShouldBe([7, 8]);

    private static string? NullOf(Func<object?> call) => Should.Throw<ArgumentNullException>(() => { call(); }).ParamName;
}
