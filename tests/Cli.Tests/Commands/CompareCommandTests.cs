using System.Text.Json;
using LmDeploy.V1;

namespace LmDeploy.Cli.Tests.Commands;

public sealed class CompareCommandTests : CommandTestBase
{
    private string Questions => Write(
        "eval.jsonl",
        """{"id":"1","category":"echo","prompt":"ab","expected":" ab\n"}""",
        """{"id":"2","category":"echo","prompt":"cd","expected":"xy"}""",
        """{"id":"3","category":"chat","messages":[{"role":"user"}],"expected":"[{\"role\":\"user\"}]"}""");

    [Fact]
    public async Task Compare_WritesWhatIsPromised()
    {
        (await RunAsync("compare", "/models/one", "--eval", Questions, "--json", PathOf("o.json"))).ShouldBe(0);
        using var json = JsonDocument.Parse(File.ReadAllText(PathOf("o.json")));
        var model = json.RootElement.GetProperty("models").EnumerateArray().ShouldHaveSingleItem();
        model.EnumerateObject().Select(p => p.Name).ShouldBe(
        [
            "model", "architecture", "parameters", "dtype", "device", "libtorch", "correct", "questions", "cut", "by_category", "answer_perplexity",
            "load_seconds", "ttft_ms_p50", "tokens_per_second", "peak_bytes", "memory", "receipt", "metrics", "crashes",
        ]);
        json.RootElement.EnumerateObject().Select(p => p.Name).ShouldBe(
        [
            "title", "findings", "dataset", "left_out", "date", "command", "version", "machine", "generation", "judge", "confidence", "models", "differences",
            "judgements",
        ]);
        json.RootElement.GetProperty("title").GetString().ShouldBe("eval: one");
        json.RootElement.GetProperty("command").GetString().ShouldBe($"lmdeploy compare /models/one --eval {PathOf("eval.jsonl")} --json {PathOf("o.json")}");
        json.RootElement.GetProperty("version").GetString().ShouldNotBeNullOrEmpty();
        json.RootElement.GetProperty("machine").GetProperty("cpus").GetInt32().ShouldBe(Environment.ProcessorCount);
        json.RootElement.GetProperty("generation").GetProperty("max_new_tokens").GetInt32().ShouldBe(8192);
        model.GetProperty("model").GetString().ShouldBe("/models/one");
        model.GetProperty("architecture").GetString().ShouldBe("llama");
        model.GetProperty("parameters").GetInt64().ShouldBe(147776);
        model.GetProperty("correct").GetInt32().ShouldBe(2);
        model.GetProperty("questions").GetInt32().ShouldBe(3);
        model.GetProperty("by_category").GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal)
            .ShouldBe("""{"chat":"1/1","echo":"1/2"}""");
        model.GetProperty("answer_perplexity").GetDouble().ShouldBe(Math.Exp(0.25), 1e-12);
        model.GetProperty("load_seconds").GetDouble().ShouldBe(0.25);
        model.GetProperty("ttft_ms_p50").GetDouble().ShouldBeGreaterThan(0);
        model.GetProperty("tokens_per_second").GetDouble().ShouldBeGreaterThan(0);
        model.GetProperty("peak_bytes").GetInt64().ShouldBe(2000);
        model.GetProperty("memory").GetString().ShouldBe("rss");
        model.GetProperty("receipt").EnumerateObject().Select(p => p.Name).ShouldBe(["verdict", "reclaimed_bytes", "residual_bytes", "milliseconds"]);
        model.GetProperty("receipt").GetProperty("verdict").GetString().ShouldBe("Reclaimed");
    }

    [Fact]
    public async Task Compare_ScoresAnswersWithoutThoughts_AndSaysHowManyWereCut()
    {
        var questions = Write(
            "thinking.jsonl",
            """{"id":"1","category":"a","prompt":"<think>ab</think>cd","expected":"cd"}""",
            """{"id":"2","category":"a","prompt":"I plan.</think>cd","expected":"cd"}""",
            """{"id":"3","category":"b","prompt":"<think>for ever and ever","expected":"cd"}""");
        (await RunAsync("compare", "/models/one", "--eval", questions, "--max-new-tokens", "20", "--json", PathOf("o.json"), "--report", PathOf("o.md")))
            .ShouldBe(0);
        using var json = JsonDocument.Parse(File.ReadAllText(PathOf("o.json")));
        var model = json.RootElement.GetProperty("models")[0];
        model.GetProperty("correct").GetInt32().ShouldBe(2);
        model.GetProperty("cut").GetInt32().ShouldBe(1);
        Out.ToString().ShouldContain("CUT");
        Error.ToString().ShouldContain("1 of 3 answers were cut");
        (await File.ReadAllTextAsync(PathOf("o.md"))).ShouldContain("1 of 3 answers were cut");
    }

    [Fact]
    public async Task Compare_LeavesRoomToThink()
    {
        V1.GenerationConfig? config = null;
        var answer = Fake.OnGenerate;
        Fake.OnGenerate = (request, events, context) =>
        {
            config ??= request.Configs[0];
            return answer(request, events, context);
        };
        (await RunAsync("compare", "/models/one", "--eval", Questions)).ShouldBe(0);
        config.ShouldNotBeNull().MaxNewTokens.ShouldBe(8192);
        config.Split.KeepsCalls.ShouldBeTrue();
        Out.ToString().ShouldNotContain("CUT");
    }

    [Fact]
    public async Task Compare_NamesAllModelsThatCannotBeServed_BeforeItLoadsOne()
    {
        Fake.OnInspectModel = open => new V1.ModelInspection
        {
            Model = open.Model,
            Problems = { open.Model.EndsWith("good", StringComparison.Ordinal) ? [] : [new Error { Code = ErrorCodes.ModelNotFound, Message = "gone" }] },
        };
        (await RunAsync("compare", "good", "bad", "worse", "--judge", "worst", "--eval", Questions, "--json", PathOf("o.json"))).ShouldBe(3);
        Error.ToString().ShouldEndWith("""
            error: model_not_found: bad: gone
            error: model_not_found: worse: gone
            error: model_not_found: the judge worst: gone

            """);
        Out.ToString().ShouldBeEmpty();
        File.Exists(PathOf("o.json")).ShouldBeFalse();
        Fake.Opened.ShouldBeEmpty();
    }

    [Fact]
    public async Task Compare_ShowsOneRowAModelAndGoesOnAfterALoadThatFails()
    {
        var ready = Fake.OnHold;
        Fake.OnHold = holding => holding.Open.Model.EndsWith("bad", StringComparison.Ordinal)
            ? throw FakeSupervisor.Fail(ErrorCodes.OutOfMemory, "no such room")
            : ready(holding);
        (await RunAsync("compare", "bad", "good", "--eval", Questions)).ShouldBe(3);
        var rows = Out.ToString().Split('\n').Where(line => line.Trim().Length > 0).ToList();
        rows.ShouldContain(row => row.Contains("bad") && row.Contains("error: out_of_memory"));
        rows.ShouldContain(
            row => row.Contains("good") && row.Contains("2/3") && row.Contains("147,776") && row.Contains("1.2840") && row.Contains("Reclaimed"));
        Error.ToString().ShouldContain("error: out_of_memory: bad: no such room");
        Out.ToString().ShouldNotContain("\u001b");
        Fake.Released.ShouldBe(1);
    }

    [Fact]
    public async Task Compare_AModelThatFailsAtWorkStillGivesItsReceipt()
    {
        Fake.OnGenerate = (_, _, _) => throw FakeSupervisor.Fail(ErrorCodes.WorkerCrashed, "SIGKILL");
        (await RunAsync("compare", "model", "--eval", Questions, "--json", "-")).ShouldBe(1);
        using var json = JsonDocument.Parse(Out.ToString());
        var model = json.RootElement.GetProperty("models")[0];
        model.GetProperty("error").GetProperty("code").GetString().ShouldBe("worker_crashed");
        model.GetProperty("receipt").GetProperty("verdict").GetString().ShouldBe("Reclaimed");
        model.GetProperty("correct").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Compare_EachModelStartsAfterTheOneBeforeIsGone()
    {
        var overlaps = 0;
        var hold = Fake.OnHold;
        Fake.OnHold = holding =>
        {
            overlaps += Fake.Opened.Count - 1 - Fake.Released;
            return hold(holding);
        };
        (await RunAsync("compare", "a", "b", "c")).ShouldBe(0);
        Fake.Opened.Count.ShouldBe(3);
        overlaps.ShouldBe(0);
    }

    [Fact]
    public async Task Compare_AsksInBatches()
    {
        var sizes = new List<int>();
        Fake.OnGenerate = (request, events, context) =>
        {
            sizes.Add(request.Prompts.Count);
            request.Configs[0].DoSample.ShouldBeFalse();
            return FakeModel.AnswerAsync(request, events, context);
        };
        (await RunAsync("compare", "model", "--eval", Questions, "--batch-size", "2")).ShouldBe(0);
        sizes.Take(2).ShouldBe([2, 1]);
    }

    [Fact]
    public async Task Compare_BadQuestionsAreReportedAndLeftOut()
    {
        var eval = Write("e.jsonl", """{"id":"1","prompt":"ab"}""", """{"id":"2","prompt":"ab","expected":"ab"}""");
        (await RunAsync("compare", "model", "--eval", eval)).ShouldBe(1);
        Error.ToString().ShouldContain($"error: invalid_request: {eval}: question 1: expected is needed");
        Out.ToString().ShouldContain("1/1");
    }

    [Fact]
    public async Task Compare_OffersTheFormatThatAFileLooksLike()
    {
        var eval = Write("g.jsonl", """{"question":"Two?","answer":"1 + 1\n#### 2"}""");
        (await RunAsync("compare", "model", "--eval", eval)).ShouldBe(2);
        Error.ToString().ShouldBe($"error: {eval}: this looks like gsm8k: add --format gsm8k.\n");
        Fake.Opened.ShouldBeEmpty();
        (await RunAsync("compare", "model", "--eval", eval, "--format", "gsm8k")).ShouldBe(0);
    }

    [Fact]
    public async Task Compare_MapsFields()
    {
        var eval = Write("q.jsonl", """{"text":"ab","gold":"ab"}""");
        (await RunAsync("compare", "model", "--eval", eval, "--map", "prompt=text,expected=gold")).ShouldBe(0);
        Out.ToString().ShouldContain("1/1");
    }

    [Theory]
    [InlineData("error: --map takes FIELD=NAME pairs with commas between them, got \"prompt\".\n", "--map", "prompt")]
    [InlineData("error: --map has prompt twice.\n", "--map", "prompt=a", "--map", "prompt=b")]
    [InlineData("error: --map is for --format jsonl and csv: the fields of gsm8k are known.\n", "--map", "prompt=a", "--format", "gsm8k")]
    public async Task Compare_RefusesMapsThatMakeNoSense(string error, params string[] flags)
    {
        (await RunAsync(["compare", "model", "--eval", Questions, .. flags])).ShouldBe(2);
        Error.ToString().ShouldBe(error);
    }

    [Fact]
    public async Task Compare_EveryBadLineIsALineOfItsOwn()
    {
        var eval = Write("e.jsonl", "{}", "{}", "[");
        (await RunAsync("compare", "model", "--eval", eval)).ShouldBe(2);
        var lines = Error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(4);
        lines.Select((line, number) => (line, number)).Take(3).ShouldAllBe(
            pair => pair.line.StartsWith($"error: {eval}:{pair.number + 1}: ", StringComparison.Ordinal));
    }

    /// <summary>The second model answers half of the questions wrongly, and the judge prefers the first one's answers.</summary>
    [Fact]
    public async Task Compare_ShowsEveryScorer_TheJudge_AndWhatIsSignificant()
    {
        var questions = Write("many.jsonl", [.. Enumerable.Range(0, 16).Select(i => $$"""{"prompt":"say {{i}}","expected":"say {{i}}"}""")]);
        Fake.OnGenerate = async (request, events, _) =>
        {
            for (var i = 0; i < request.Prompts.Count; i++)
            {
                var (text, messages) = (request.Prompts[i].Text, request.Prompts[i].Messages);
                var isWrong = Fake.Opened[^1].Model.EndsWith("two", StringComparison.Ordinal) && int.Parse(text.AsSpan(4)) % 2 == 0;
                var (no, second) = (messages.IndexOf("]no", StringComparison.Ordinal), messages.IndexOf("assistant B", StringComparison.Ordinal));
                var answer = messages.Length == 0 ? isWrong ? "no" : text : no >= 0 && no < second ? "[[B]]" : "[[A]]";
                await FakeModel.AnswerAsync(i, answer, request.Configs[0], events);
            }
        };
        (await RunAsync(
            "compare", "one", "two", "--eval", questions, "--scorer", "exact", "--scorer", "rouge-l", "--judge", "judge", "--report", PathOf("o.md"),
            "--json", PathOf("o.json"))).ShouldBe(0);

        var text = Out.ToString();
        text.ShouldContain("8/16");
        text.ShouldContain("rouge_l");
        text.ShouldContain("1.0000 [1.0000, 1.0000]");
        text.ShouldContain("one answered 50 points more than two: 100 % against 50 % by exact, p = 0.008.");
        text.ShouldContain("P-values are not corrected for 3 comparisons.");
        text.ShouldContain("WIN RATE");
        Error.ToString().ShouldBe(
            $"one: started\ntwo: started\njudge: started\nresults: {PathOf("o.json")}\nreport: {PathOf("o.md")}\n", "progress is a line a model");
    }

    [Fact]
    public async Task Compare_RightAnswersAreNotCountedByGrades()
    {
        (await RunAsync("compare", "one", "--eval", Write("q.jsonl", """{"prompt":"a b","expected":"a c"}"""), "--scorer", "rouge-l")).ShouldBe(0);
        Out.ToString().ShouldNotContain("RIGHT");
        Out.ToString().ShouldContain("0.5000 [0.5000, 0.5000]");
    }

    [Fact]
    public async Task Compare_ReportsHaveATitleAndWhereTheyComeFrom()
    {
        (await RunAsync("compare", "model", "--eval", Questions, "--title", "Echoes & more", "--report", PathOf("o.md"))).ShouldBe(0);
        var report = await File.ReadAllTextAsync(PathOf("o.md"));
        report.ShouldStartWith("# Echoes & more\n");
        report.ShouldContain("lmdeploy compare model --eval");
        report.ShouldContain("greedy, max_new_tokens 8192");
    }
}
