using System.Text;
using LmDeploy.Evaluation;
using LmDeploy.Evaluation.Comparison.Journal;
using LmDeploy.V1;

namespace LmDeploy.Evaluation.Tests.Comparison;

/// <summary>The fake model answers a question with itself.</summary>
public sealed class ModelComparisonTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lmd").FullName;
    private FakeSupervisor _fake = null!;
    private LmDeploy.Supervisor _supervisor = null!;

    private static Dataset Questions { get; } = new(
        "echo", Enumerable.Range(0, 6)
            .Select(i => new DatasetItem($"q{i}", $"say {i}") { Category = i % 2 == 0 ? "even" : "odd", Expected = [i < 4 ? $"say {i}" : "no"] }));

    private ComparisonOptions Options => new() { Supervisor = _supervisor, StateFile = Path.Join(_folder, "state.jsonl"), BatchSize = 2 };

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

    /// <summary>Releases before wrote these words as texts, which were empty where nothing was known.</summary>
    [Fact]
    public async Task StateFile_HasTheWordsOfReleasesBefore_AndTheirsAreRead()
    {
        await ModelComparison.RunAsync(["/models/one"], Questions, Options).InTime();
        var lines = await File.ReadAllLinesAsync(Options.StateFile!);
        var closed = Array.FindIndex(lines, line => line.Contains("\"kind\":\"closed\"", StringComparison.Ordinal));
        lines[closed].ShouldContain("\"memory\":\"rss\"");
        lines[closed].ShouldContain("\"how\":\"exited\"");
        var text = Encoding.UTF8.GetString(JournalLine.TryRead(Encoding.UTF8.GetBytes(lines[closed]))!)
            .Replace("\"how\":\"exited\"", "\"how\":\"\"", StringComparison.Ordinal);
        lines[closed] = Encoding.UTF8.GetString(JournalLine.Write(Encoding.UTF8.GetBytes(text))).TrimEnd();
        await File.WriteAllLinesAsync(Options.StateFile!, lines);

        var receipt = (await ModelComparison.RunAsync(["/models/one"], Questions, Options).InTime()).Models[0].Receipt.ShouldNotBeNull();

        (receipt.Verdict, receipt.Memory, receipt.Exit).ShouldBe((ReclaimVerdict.Reclaimed, MemoryKind.Rss, WorkerExit.Unknown));
        _fake.Opened.Count.ShouldBe(1, "the file has all of it");
    }

    [Fact]
    public async Task Run_ScoresEveryModelAndKeepsItsReceipt()
    {
        var result = await ModelComparison.RunAsync(["/models/one", "/models/two"], Questions, Options).InTime();

        result.Models.Select(model => model.Name).ShouldBe(["one", "two"]);
        foreach (var model in result.Models)
        {
            model.Error.ShouldBeNull();
            model.Metrics["exact"].Value.ShouldBe(4 / 6d, 1e-12);
            model.MetricsByCategory["exact"].Select(pair => (pair.Key, pair.Value.Count)).ShouldBe([("even", 3), ("odd", 3)]);
            model.Items.Select(item => item.Answers[^1].Text).ShouldBe(Questions.Items.Select(item => item.Prompt.Text));
            model.Items.ShouldAllBe(item => item.Latency > TimeSpan.Zero && item.TimeToFirstToken <= item.Latency);
            model.Speed.ShouldNotBeNull().TokensPerSecond.ShouldBeGreaterThan(0);
            model.Receipt.ShouldNotBeNull().Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        }

        result.Differences.ShouldHaveSingleItem().Difference.Value.ShouldBe(0);
        _fake.Released.ShouldBe(2);
    }

    [Fact]
    public async Task Run_KeepsThoughtsBesideTheAnswer_InTheStateFileToo()
    {
        _fake.OnGenerate = async (request, events, _) =>
        {
            for (var i = 0; i < request.Prompts.Count; i++)
            {
                await FakeModel.AnswerAsync(i, $"<think>hm</think>{request.Prompts[i].Text}", request.Configs[0], events);
            }
        };
        var first = await ModelComparison.RunAsync(["one"], Questions, Options).InTime();
        var read = await ModelComparison.RunAsync(["one"], Questions, Options).InTime();
        foreach (var result in new[] { first, read })
        {
            result.Models[0].Metrics["exact"].Value.ShouldBe(4 / 6d, 1e-12);
            result.Models[0].Items.ShouldAllBe(item => item.Answers[0].Reasoning == "hm");
            result.Models[0].CutAnswers.ShouldBe(0);
        }
    }

    [Fact]
    public async Task Run_GoesOnWhereOneThatWasStoppedWas_AndAsksNothingTwice()
    {
        using var stop = new CancellationTokenSource();
        var asked = new List<string>();
        _fake.OnGenerate = async (request, events, context) =>
        {
            asked.AddRange(request.Prompts.Select(prompt => prompt.Text));
            if (request.Prompts.Any(prompt => prompt.Text == "say 3") && !stop.IsCancellationRequested)
            {
                await FakeModel.AnswerAsync(0, "say 2", request.Configs[0], events);
                await stop.CancelAsync();
            }

            await FakeModel.AnswerAsync(request, events, context);
        };
        await Should.ThrowAsync<OperationCanceledException>(ModelComparison.RunAsync(["one"], Questions, Options, cancellationToken: stop.Token).InTime());
        await File.AppendAllTextAsync(Options.StateFile!, "{\"kind\":\"answer\",\"mod");
        var before = asked.Count;

        var resumed = await ModelComparison.RunAsync(["one"], Questions, Options).InTime();

        resumed.Models[0].Metrics["exact"].Value.ShouldBe(4 / 6d, 1e-12);
        asked.Skip(before).Take(2).ShouldNotContain("say 0");
        asked.Skip(before).ShouldContain("say 3");
        _fake.Opened.Count.ShouldBe(2);
        var read = await ModelComparison.RunAsync(["one"], Questions, Options).InTime();
        _fake.Opened.Count.ShouldBe(2, "a finished comparison is read from its file");
        read.Models[0].Items.Select(item => item.Answers[^1].Text).ShouldBe(resumed.Models[0].Items.Select(item => item.Answers[^1].Text));
        read.Models[0].Speed.ShouldBe(resumed.Models[0].Speed);
    }

    [Fact]
    public async Task Run_OfSomethingElse_LeavesAStateFileAlone()
    {
        await ModelComparison.RunAsync(["one"], Questions, Options).InTime();
        var before = await File.ReadAllTextAsync(Options.StateFile!);

        (await Should.ThrowAsync<ArgumentException>(ModelComparison.RunAsync(["one"], Questions.Take(3), Options).InTime())).Message.ShouldContain(
            "another comparison");
        (await Should.ThrowAsync<ArgumentException>(ModelComparison.RunAsync(["two"], Questions, Options).InTime())).Message.ShouldContain("state file");
        (await File.ReadAllTextAsync(Options.StateFile!)).ShouldBe(before);
    }

    [Fact]
    public async Task Run_NamesALineOfItsStateFileThatWasChanged()
    {
        await ModelComparison.RunAsync(["one"], Questions, Options).InTime();
        var bytes = await File.ReadAllBytesAsync(Options.StateFile!);
        var second = Array.IndexOf(bytes, (byte)'\n') + 1;
        var end = Array.IndexOf(bytes, (byte)'\n', second);
        for (var place = second; place < end; place += 7)
        {
            bytes[place] ^= 1;
            await File.WriteAllBytesAsync(Options.StateFile!, bytes);
            (await Should.ThrowAsync<ArgumentException>(ModelComparison.RunAsync(["one"], Questions, Options).InTime())).Message.ShouldContain("Line 2 of");
            bytes[place] ^= 1;
        }

        await File.WriteAllBytesAsync(Options.StateFile!, bytes);
        (await ModelComparison.RunAsync(["one"], Questions, Options).InTime()).Models[0].Error.ShouldBeNull();
    }

    [Fact]
    public async Task Run_TwiceAtOnceWithOneStateFile_RefusesTheSecond()
    {
        var asked = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        _fake.OnGenerate = async (request, events, context) =>
        {
            asked.TrySetResult();
            await goOn.Task.InTime();
            await FakeModel.AnswerAsync(request, events, context);
        };
        var first = ModelComparison.RunAsync(["one"], Questions, Options);
        await asked.Task.InTime();

        await Should.ThrowAsync<IOException>(() => ModelComparison.RunAsync(["one"], Questions, Options).InTime());

        goOn.SetResult();
        (await first.InTime()).Models[0].Error.ShouldBeNull();
        File.GetUnixFileMode(Options.StateFile!).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Run_AModelThatFails_EndsNoOther_AndIsTriedAgain()
    {
        var ready = _fake.OnHold;
        _fake.OnHold = holding => holding.Open.Model.EndsWith("bad", StringComparison.Ordinal)
            ? throw FakeSupervisor.Fail(ErrorCodes.OutOfMemory, "no such room")
            : ready(holding);

        var result = await ModelComparison.RunAsync(["bad", "good"], Questions, Options).InTime();

        result.Models[0].Error.ShouldNotBeNull().Code.ShouldBe("out_of_memory");
        result.Models[1].Metrics.Keys.ShouldContain("exact");
        result.Differences.ShouldBeEmpty();
        _fake.OnHold = ready;
        (await ModelComparison.RunAsync(["bad", "good"], Questions, Options).InTime()).Models[0].Metrics.Keys.ShouldContain("exact");
        _fake.Opened.Count(opened => opened.Model.EndsWith("good", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Run_AScorerThatThrows_FailsItsModelByName()
    {
        var result = await ModelComparison.RunAsync(["one"], Questions, Options with { Scorers = [new Broken()], StateFile = null }).InTime();

        var error = result.Models[0].Error.ShouldNotBeNull();
        error.Code.ShouldBe("scorer_failed");
        error.Message.ShouldContain("broken failed: InvalidOperationException: what is this");
        result.Models[0].Receipt.ShouldNotBeNull();
    }

    [Fact]
    public async Task Run_FollowsUp_WithTheAnswerBefore()
    {
        var dataset = new Dataset("talk", [new DatasetItem("1", "hello") { FollowUps = ["and you?"] }]);

        var result = await ModelComparison.RunAsync(["one"], dataset, Options).InTime();

        result.Models[0].Items[0].Answers.Select(answer => answer.Text).ShouldBe(
        ["hello", """[{"role":"user","content":"hello"},{"role":"assistant","content":"hello"},{"role":"user","content":"and you?"}]"""]);
    }

    [Fact]
    public async Task Run_SideBySide_LoadsAsManyAsMayBe_AndGivesEachItsPart()
    {
        var loaded = 0;
        var most = 0;
        var together = new TaskCompletionSource();
        var hold = _fake.OnHold;
        _fake.OnHold = async holding =>
        {
            most = Math.Max(most, Interlocked.Increment(ref loaded));
            if (loaded == 2)
            {
                together.TrySetResult();
            }

            await together.Task.InTime();
            await hold(holding);
            Interlocked.Decrement(ref loaded);
        };

        var result = await ModelComparison.RunAsync(["one", "one", "two"], Questions, Options with { SideBySide = 2 }).InTime();

        result.Models.Select(model => model.Name).ShouldBe(["one", "one (2)", "two"]);
        most.ShouldBe(2);
        _fake.Opened.ShouldAllBe(opened => opened.Engine.CacheMaxEntryCount == 0.4);
    }

    [Fact]
    public async Task Run_WatchesTheMemoryOfItsOwn()
    {
        _fake.OnListPipelines = () => new ListPipelinesResponse
        {
            Pipelines =
            {
                new V1.PipelineInfo { Name = "one", HolderPid = Environment.ProcessId, HeldBytes = 7 },
                new V1.PipelineInfo { Name = "one", HolderPid = 1, HeldBytes = 100 },
            },
        };

        var result = await ModelComparison.RunAsync(["one"], Questions, Options).InTime();

        result.Memory.ShouldNotBeEmpty();
        result.Memory[^1].HeldBytes.ShouldBe(new Dictionary<string, long> { ["one"] = 7 });
        result.Memory[^1].DeviceBytes.ShouldBeNull();
        result.Memory.Select(sample => sample.Elapsed).ShouldBeInOrder();
    }

    [Fact]
    public async Task Run_AJudgeWhoPrefersAPlace_PrefersNobody_AndOneWhoPrefersAnAnswerDoes()
    {
        _fake.OnGenerate = async (request, events, context) =>
        {
            for (var i = 0; i < request.Prompts.Count; i++)
            {
                var text = request.Prompts[i].Messages;
                await FakeModel.AnswerAsync(
                    i, text.Length == 0 ? request.Prompts[i].Text + (_fake.Opened[^1].Model.EndsWith("two", StringComparison.Ordinal) ? "!" : "")
                        : text.Contains("say 0", StringComparison.Ordinal) ? "The first. [[A]]"
                        : text.Contains("!\\u000a[End of the answer of assistant A]", StringComparison.Ordinal) ? "Not [[B]] but [[A]]" : "[[B]]",
                    request.Configs[0], events);
            }
        };

        var result = await ModelComparison.RunAsync(["one", "two"], Questions, Options with { Judge = new PairwiseJudge("three") }).InTime();

        var rate = result.Judgements.ShouldHaveSingleItem().WinRate;
        (rate.Wins, rate.Losses, rate.Ties, rate.NotJudged).ShouldBe((0, 5, 1, 0));
        result.JudgeReceipt.ShouldNotBeNull();
        await ModelComparison.RunAsync(["one", "two"], Questions, Options with { Judge = new PairwiseJudge("three") }).InTime();
        _fake.Opened.Count.ShouldBe(3, "nothing was left to judge");
    }

    [Fact]
    public async Task Run_RefusesWhatCannotBeCompared()
    {
        await Should.ThrowAsync<ArgumentException>(() => ModelComparison.RunAsync([], Questions, Options));
        await Should.ThrowAsync<ArgumentException>(() => ModelComparison.RunAsync(["one"], Questions, Options with { Scorers = [Scorer.Exact, Scorer.Exact] }));
        Should.Throw<ArgumentOutOfRangeException>(() => new ComparisonOptions { Generation = new() { N = 2 } });
        foreach (var confidence in new[] { 0, 1, -0.5, double.NaN })
        {
            Should.Throw<ArgumentOutOfRangeException>(() => new ComparisonOptions { Confidence = confidence });
        }
    }

    private sealed class Broken : Scorer
    {
        public override string Name => "broken";

        public override Task<IReadOnlyList<ItemScore>> ScoreAsync(Pipeline model, IReadOnlyList<AnsweredItem> items, CancellationToken cancellationToken)
            => throw new InvalidOperationException("what is this");
    }
}
