using LmDeploy.Evaluation;
using LmDeploy.Evaluation.Comparison;
using LmDeploy.V1;

namespace LmDeploy.Evaluation.Tests.Comparison;

public sealed class NextModelTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lmd").FullName;
    private readonly List<string> _read = [];
    private FakeSupervisor _fake = null!;
    private LmDeploy.Supervisor _supervisor = null!;

    private static Dataset Questions { get; } = new("echo", [new DatasetItem("q", "say it") { Expected = ["say it"] }]);

    private ComparisonOptions Options => new() { Supervisor = _supervisor, StateFile = Path.Join(_folder, "state.jsonl") };

    private string Loaded => Path.GetFileName(_fake.Opened[^1].Model);

    public async ValueTask InitializeAsync()
    {
        _fake = await FakeSupervisor.StartAsync();
        _supervisor = _fake.Connect();
    }

    public async ValueTask DisposeAsync()
    {
        await _supervisor.DisposeAsync();
        await _fake.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Run_ReadsTheNextModelWhileOneIsLoaded_AndTheJudgeAtLast()
    {
        await RunAsync(["one", "two", "three"], Options with { Judge = new PairwiseJudge("four") });

        _read.ShouldBe(["two beside one", "three beside two", "four beside three"]);
    }

    [Fact]
    public async Task Run_SideBySide_ReadsNothingAhead()
    {
        await RunAsync(["one", "two", "three"], Options with { SideBySide = 2 });

        _read.ShouldBeEmpty();
    }

    [Fact]
    public async Task Run_DoesNotReadWhatWasJustLoaded()
    {
        await RunAsync(["one", "one", "two"], Options);

        _read.ShouldBe(["two beside one"]);
    }

    [Fact]
    public async Task Run_DoesNotReadWhatIsKnownFromTheStateFile()
    {
        var ready = _fake.OnHold;
        _fake.OnHold = holding => holding.Open.Model.EndsWith("two", StringComparison.Ordinal)
            ? ready(holding)
            : throw FakeSupervisor.Fail(ErrorCodes.ModelNotFound, "not yet");
        await RunAsync(["one", "two", "three"], Options);
        _read.Clear();
        _fake.OnHold = ready;

        await RunAsync(["one", "two", "three"], Options);

        _read.ShouldBe(["three beside one"]);
    }

    [Fact]
    public async Task Run_ThatCannotReadAhead_GoesOn()
    {
        var result = await RunAsync(["one", "two"], Options, (_, _) => Task.FromException(new IOException("a bad sector")));

        result.Models.ShouldAllBe(model => model.Error == null && model.Receipt != null);
    }

    [Fact]
    public async Task Run_EndsTheReadingWithTheModelBefore()
    {
        var reading = Task.CompletedTask;
        var before = _fake.OnHold;
        _fake.OnHold = holding =>
        {
            reading.IsCompleted.ShouldBeTrue();
            return before(holding);
        };

        var result = await RunAsync(["one", "two"], Options, (_, token) => reading = Deadline.Never(token));

        result.Models.ShouldAllBe(model => model.Error == null);
        reading.IsCanceled.ShouldBeTrue();
    }

    [Fact]
    public async Task Run_ThatIsCancelled_LeavesNothingReading()
    {
        using var stop = new CancellationTokenSource();
        var ended = false;

        await Should.ThrowAsync<OperationCanceledException>(RunAsync(["one", "two"], Options, ReadAsync, stop.Token));

        ended.ShouldBeTrue();

        async Task ReadAsync(string folder, CancellationToken token)
        {
            try
            {
                await stop.CancelAsync();
                await Deadline.Never(token);
            }
            finally
            {
                await Task.Yield();
                ended = true;
            }
        }
    }

    private Task<ComparisonResult> RunAsync(
        IEnumerable<ComparedModel> models,
        ComparisonOptions options,
        Func<string, CancellationToken, Task>? prefetch = null,
        CancellationToken cancellationToken = default) =>
        new ComparisonRun(ComparisonPlan.Of(models, Questions, options), progress: null) { Prefetch = prefetch ?? NoteAsync }
            .RunAsync(cancellationToken)
            .InTime();

    private Task NoteAsync(string folder, CancellationToken cancellationToken)
    {
        _read.Add($"{folder} beside {Loaded}");
        return Task.CompletedTask;
    }
}
