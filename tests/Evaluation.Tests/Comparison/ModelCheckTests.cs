using LmDeploy.Evaluation;
using LmDeploy.V1;

namespace LmDeploy.Evaluation.Tests.Comparison;

/// <summary>A folder whose name begins with <c>bad</c> cannot be served.</summary>
public sealed class ModelCheckTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _inspected = [];
    private FakeSupervisor _fake = null!;
    private LmDeploy.Supervisor _supervisor = null!;

    private static Dataset Questions { get; } = new("echo", [new DatasetItem("1", "say 1") { Expected = ["say 1"] }]);

    private ComparisonOptions Options => new() { Supervisor = _supervisor, StateFile = Path.Join(_folder.Path, "state.jsonl") };

    public async ValueTask InitializeAsync()
    {
        _fake = await FakeSupervisor.StartAsync();
        _supervisor = _fake.Connect();
        _fake.OnInspectModel = open =>
        {
            _inspected.Add(Path.GetFileName(open.Model));
            return new V1.ModelInspection
            {
                Problems = { _inspected[^1].StartsWith("bad", StringComparison.Ordinal)
                    ? [new Error { Code = ErrorCodes.UnsupportedArchitecture, Message = "not that", Subject = "config.json" }]
                    : [] },
            };
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _supervisor.DisposeAsync();
        await _fake.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Run_NamesAllThatCannotBeServed_AndLoadsNone()
    {
        var options = Options with { Judge = new PairwiseJudge("bad-judge") };
        var thrown = await Should.ThrowAsync<ComparisonRefusedException>(
            ModelComparison.RunAsync(["good", "bad", "/models/bad2"], Questions, options).InTime());

        thrown.Refusals.Select(refusal => (refusal.Name, refusal.Path, refusal.IsJudge)).ShouldBe(
            [("bad", "bad", false), ("bad2", "/models/bad2", false), ("judge", "bad-judge", true)]);
        thrown.Refusals.ShouldAllBe(refusal => refusal.Problems.Count == 1 && refusal.Problems[0].Message == "not that");
        (thrown.Code, thrown.Subject).ShouldBe(("unsupported_architecture", "config.json"));
        thrown.Message.Split(Environment.NewLine).ShouldBe(["bad: not that", "/models/bad2: not that", "bad-judge: not that"]);
        _fake.Opened.ShouldBeEmpty();
        File.Exists(options.StateFile).ShouldBeFalse("a mended folder makes another comparison");
    }

    [Fact]
    public async Task Run_AFolderThatDoesNotAnswerCannotBeServed()
    {
        _fake.OnInspectModel = _ => throw FakeSupervisor.Fail(ErrorCodes.LoadTimeout, "silent");
        var thrown = await Should.ThrowAsync<ComparisonRefusedException>(ModelComparison.RunAsync(["one", "two"], Questions, Options).InTime());
        thrown.Refusals.Count.ShouldBe(2);
        thrown.Code.ShouldBe("load_timeout");
    }

    [Fact]
    public async Task Run_WithoutASupervisorBlamesNoModel()
    {
        await _fake.DieAsync();
        (await Should.ThrowAsync<LmDeployException>(ModelComparison.RunAsync(["one", "two"], Questions, Options).InTime()))
            .ShouldNotBeOfType<ComparisonRefusedException>();
    }

    [Fact]
    public async Task Run_InspectsWhatIsLoaded_AndNoOther()
    {
        await ModelComparison.RunAsync(["one"], Questions, Options with { Judge = new PairwiseJudge("bad-judge") }).InTime();
        _inspected.ShouldBe(["one"], "there is nothing to judge");
        await ModelComparison.RunAsync(["one"], Questions, Options with { Judge = new PairwiseJudge("bad-judge") }).InTime();
        _inspected.ShouldBe(["one"], "it is read from the state file");
    }

    [Fact]
    public async Task Run_ResumedInspectsWhatIsLeft()
    {
        var ready = _fake.OnHold;
        _fake.OnHold = holding => holding.Open.Model.EndsWith("two", StringComparison.Ordinal) ? throw FakeSupervisor.Fail(ErrorCodes.OutOfMemory, "full")
            : ready(holding);
        (await ModelComparison.RunAsync(["one", "two"], Questions, Options).InTime()).Models[1].Error.ShouldNotBeNull();
        _inspected.Clear();
        _fake.OnHold = ready;
        (await ModelComparison.RunAsync(["one", "two"], Questions, Options).InTime()).Models[1].Error.ShouldBeNull();
        _inspected.ShouldBe(["two"]);
    }
}
