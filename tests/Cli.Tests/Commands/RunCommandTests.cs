using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using LmDeploy.V1;

namespace LmDeploy.Cli.Tests.Commands;

public sealed class RunCommandTests : CommandTestBase
{
    [Fact]
    public async Task Run_WritesLogitsWhereAskedFor()
    {
        var prompts = Write(
            "p.jsonl", """{"id":1,"prompt":"ab"}""", """{"id":2,"prompt":"ab","output_logits":"none"}""", """{"id":3,"prompt":"ab","output_logits":"some"}""");
        (await RunAsync("run", "model", "--prompts", prompts, "--json", "-", "--output-logits", "all", "--raw")).ShouldBe(1);
        var lines = Out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldContain(""""logits":[[0,1],[97,98],[98,99]]"""");
        lines[1].ShouldNotContain(""""logits":"""");
        lines[2].ShouldContain("none, generation or all");
    }

    [Fact]
    public async Task Run_PrintsTheAnswerAsItComes()
    {
        (await RunAsync("run", "model", "hello", "--greedy")).ShouldBe(0);
        Out.ToString().ShouldBe("hello\n");
        Error.ToString().ShouldBeEmpty();
        Fake.Released.ShouldBe(1);
    }

    [Fact]
    public async Task Run_SaysWhereWeightsTakeMoreThanTheirFiles()
    {
        Fake.OnHold = async holding =>
        {
            await holding.BecomeReadyAsync(new V1.ModelInfo
            {
                Weights = "awq 4-bit, dequantized to float32",
                Dequantized = true,
                ReadBytes = 5_000_000_000,
                WeightTime = Duration.FromTimeSpan(TimeSpan.FromSeconds(2)),
            });
            await holding.WaitForHalfCloseAsync();
            await holding.ReleaseAsync();
        };
        (await RunAsync("run", "model", "hello")).ShouldBe(0);
        Out.ToString().ShouldBe("hello\n");
        Error.ToString().ShouldBe("weights: awq 4-bit, dequantized to float32, in 2.00 s, 2.50 GB/s\n");
    }

    [Fact]
    public async Task Run_WritesALineForEachInputInOrder()
    {
        var prompts = Write(
            "p.jsonl",
            """{"id":"a","prompt":"one"}""",
            "",
            """{"id":7,"input_ids":[104,105]}""",
            """{"id":"c","messages":[{"role":"user","content":"x"}],"max_new_tokens":3}""");
        (await RunAsync("run", "model", "--prompts", prompts, "--json", PathOf("o.jsonl"), "--logprobs", "2", "--prompt-logprobs")).ShouldBe(0);
        var lines = File.ReadAllLines(PathOf("o.jsonl"));
        lines.Length.ShouldBe(3);
        using var first = JsonDocument.Parse(lines[0]);
        first.RootElement.EnumerateObject().Select(p => p.Name).ShouldBe(
            ["id", "text", "token_ids", "logprobs", "prompt_token_ids", "prompt_logprobs", "finish_reason", "input_token_len", "generate_token_len", "error"]);
        lines[0].ShouldBe(
            """{"id":"a","text":"one","token_ids":[111,110,101],"logprobs":[{"111":-0.1,"112":null},{"110":-0.1,"111":null},"""
                + """{"101":-0.1,"102":null}],"prompt_token_ids":[111,110,101],"prompt_logprobs":[-0.5,"""
                + """-0.5],"finish_reason":"stop","input_token_len":3,"generate_token_len":3,"error":null}""");
        lines[1].ShouldStartWith("""{"id":7,"text":"hi",""");
        lines[2].ShouldContain("\"text\":\"[{\\\"\"");
        lines[2].ShouldContain("\"finish_reason\":\"length\"");
        Out.ToString().ShouldBeEmpty();
    }

    [Fact]
    public async Task Run_WithoutLogprobsTheyAreNull()
    {
        (await RunAsync("run", "model", "é", "--json", "-", "--raw")).ShouldBe(0);
        Out.ToString().ShouldBe(
            """{"id":null,"text":"é","token_ids":[233],"logprobs":null,"prompt_token_ids":[233]"""
                + ""","prompt_logprobs":null,"finish_reason":"stop","input_token_len":1,"generate_token_len":1,"error":null}""" + "\n");
    }

    [Fact]
    public async Task Run_BadLinesDoNotStopTheGoodOnes()
    {
        var prompts = Write(
            "p.jsonl",
            "{nonsense",
            """{"id":"good","prompt":"ok"}""",
            """{"id":"two","prompt":"a","messages":[]}""",
            """{"id":"kind","prompt":5}""",
            """{"id":"half","prompt":"\ud800"}""",
            """{"id":"range","prompt":"a","top_p":2}""",
            "[]");
        (await RunAsync("run", "model", "--prompts", prompts, "--json", PathOf("o.jsonl"))).ShouldBe(1);
        var lines = File.ReadAllLines(PathOf("o.jsonl"));
        lines.Length.ShouldBe(7);
        lines[0].ShouldStartWith(
            """{"id":null,"text":"","token_ids":[],"logprobs":null,"prompt_token_ids":[]"""
                + ""","prompt_logprobs":null,"finish_reason":"error","input_token_len":0,"generate_token_len":0,"error":{"code":"invalid_request",""");
        lines[1].ShouldContain("\"text\":\"ok\"");
        lines[2].ShouldContain("exactly one of prompt, messages, input_ids is needed, found prompt and messages");
        lines[4].ShouldStartWith("{\"id\":\"half\"");
        foreach (var number in new[] { 1, 3, 4, 5, 6, 7 })
        {
            Error.ToString().ShouldContain($"error: invalid_request: {prompts}:{number}: ");
        }

        Error.ToString().ShouldContain("top_p must be 0 to 1, got 2.");
        Error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(6);
    }

    [Fact]
    public async Task Run_ErrorsOfPromptsAreFailures()
    {
        var prompts = Write(
            "p.jsonl", """{"id":"a","prompt":"x"}""", """{"id":"b","prompt":"y","response_format":{"type":"regex_schema","regex_schema":"("}}""");
        (await RunAsync("run", "model", "--prompts", prompts)).ShouldBe(1);
        Out.ToString().ShouldBe("[\"a\"] x\n");
        Error.ToString().ShouldBe($"error: invalid_request: id \"b\": {FakeModel.RefusedFormat}\n");
    }

    [Fact]
    public async Task Run_WhenTheCallFailsEachPromptSaysSo()
    {
        Fake.OnGenerate = (_, _, _) => throw FakeSupervisor.Fail(ErrorCodes.WorkerCrashed, "SIGKILL");
        var prompts = Write(
            "p.jsonl", """{"id":"a","prompt":"x"}""", """{"id":"b","prompt":"y"}""");
        (await RunAsync("run", "model", "--prompts", prompts, "--json", PathOf("o.jsonl"))).ShouldBe(1);
        File.ReadAllLines(PathOf("o.jsonl")).ShouldAllBe(line => line.Contains("\"code\":\"worker_crashed\""));
    }

    [Fact]
    public async Task Run_AModelThatCannotBeLoadedIsThree()
    {
        Fake.OnHold = _ => throw FakeSupervisor.Fail(ErrorCodes.UnsupportedArchitecture, "Nothing runs \"foo\".\nReally.");
        (await RunAsync("run", "model", "x")).ShouldBe(3);
        Error.ToString().ShouldBe("error: unsupported_architecture: Nothing runs \"foo\". Really.\n");
    }

    [Fact]
    public async Task Run_AnEmptyModelPathIsThree()
    {
        (await RunAsync("run", "", "x")).ShouldBe(3);
        Error.ToString().ShouldBe("error: model_not_found: The path of the model folder is empty.\n");
    }

    [Fact]
    public async Task Run_WithoutAnswersTheResultFileStaysAsItWas()
    {
        Fake.OnHold = _ => throw FakeSupervisor.Fail(ErrorCodes.UnsupportedArchitecture, "Nothing runs it.");
        (await RunAsync("run", "model", "x", "--json", Write("old.jsonl", "old"))).ShouldBe(3);
        (await RunAsync("run", "model", "x", "--json", PathOf("new.jsonl"))).ShouldBe(3);
        File.ReadAllText(PathOf("old.jsonl")).ShouldBe("old\n");
        File.Exists(PathOf("new.jsonl")).ShouldBeFalse();
    }

    [Fact]
    public async Task Run_AReadOnlyResultFileIsBadUsage()
    {
        File.SetAttributes(Write("o.jsonl", "old"), FileAttributes.ReadOnly);
        (await RunAsync("run", "model", "x", "--json", PathOf("o.jsonl"))).ShouldBe(2);
        Fake.Opened.ShouldBeEmpty();
    }

    [Fact]
    public async Task Run_ALineMayAskForLogprobsItself()
    {
        var prompts = Write("p.jsonl", """{"prompt":"ab","logprobs":1,"prompt_logprobs":true}""", """{"prompt":"ab"}""");
        (await RunAsync("run", "model", "--prompts", prompts, "--json", "-")).ShouldBe(0);
        var lines = Out.ToString().Split('\n');
        lines[0].ShouldContain("\"logprobs\":[{\"97\":-0.1");
        lines[0].ShouldContain("\"prompt_logprobs\":[-0.5]");
        lines[1].ShouldContain("\"logprobs\":null");
    }

    [Fact]
    public async Task Run_ResponseFormatsComeAsTheyAre()
    {
        var formats = new List<V1.ResponseFormat?>();
        Fake.OnGenerate = (request, _, _) =>
        {
            formats.AddRange(request.Configs.Select(config => (V1.ResponseFormat?)config.ResponseFormat));
            throw FakeSupervisor.Fail(ErrorCodes.InternalError, "Enough.");
        };
        var prompts = Write(
            "p.jsonl",
            """{"prompt":"a","response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"null"}}}}""",
            """{"prompt":"b","response_format":{"type":"regex_schema","regex_schema":"a|b"}}""",
            """{"prompt":"c","response_format":{"type":"text"}}""",
            """{"prompt":"d"}""");
        await RunAsync("run", "model", "--prompts", prompts, "--json-object");
        formats.ShouldBe(
        [
            new V1.ResponseFormat { JsonSchema = """{"name":"x","schema":{"type":"null"}}""" },
            new V1.ResponseFormat { RegexSchema = "a|b" },
            null,
            new V1.ResponseFormat { JsonObject = new Empty() },
        ]);

        formats.Clear();
        await RunAsync("run", "model", "x", "--json-schema", Write("s.json", "{}"));
        formats.ShouldBe([new V1.ResponseFormat { JsonSchema = "{}\n" }]);
    }

    /// <summary>A line that sets how tokens are drawn has them drawn, as a flag does; one that says otherwise has its way.</summary>
    [Fact]
    public async Task Prompts_WithASamplingField_Sample()
    {
        var configs = new List<(bool DoSample, double Temperature)>();
        Fake.OnGenerate = (request, _, _) =>
        {
            configs.AddRange(request.Configs.Select(config => (config.DoSample, config.Temperature)));
            throw FakeSupervisor.Fail(ErrorCodes.InternalError, "Enough.");
        };
        var prompts = Write(
            "p.jsonl",
            """{"prompt":"a","temperature":1.5}""",
            """{"prompt":"b"}""",
            """{"prompt":"c","top_k":3}""",
            """{"prompt":"d","temperature":1.5,"do_sample":false}""",
            """{"prompt":"e","temperature":0}""");

        await RunAsync("run", "model", "--prompts", prompts);

        configs.Select(config => config.DoSample && config.Temperature > 0).ShouldBe([true, false, true, false, false]);
    }

    [Fact]
    public async Task Run_AWorkerThatDiesWhileLoadingIsThree()
    {
        Fake.OnHold = _ => throw FakeSupervisor.Fail(ErrorCodes.WorkerCrashed, "SIGSEGV");
        (await RunAsync("run", "model", "x")).ShouldBe(3);
    }

    [Fact]
    public async Task Run_InterruptedGivesTheMemoryBack()
    {
        using var cancellation = new CancellationTokenSource();
        Fake.OnGenerate = async (_, _, context) =>
        {
            await cancellation.CancelAsync();
            await Deadline.Never(context.CancellationToken);
        };
        (await RunAsync(cancellation.Token, "run", "model", "x")).ShouldBe(130);
        Fake.Released.ShouldBe(1);
    }

    [Theory]
    [InlineData]
    [InlineData("run")]
    [InlineData("run", "model")]
    [InlineData("run", "model", "x", "--prompts", "y")]
    [InlineData("run", "model", "x", "--nonsense")]
    [InlineData("run", "model", "x", "--top-p", "1.5")]
    [InlineData("run", "model", "x", "--top-p", "many")]
    [InlineData("run", "model", "x", "--device", "tpu")]
    [InlineData("run", "model", "x", "--max-batch-size", "0")]
    [InlineData("run", "model", "x", "--greedy", "--sample")]
    [InlineData("run", "model", "x", "--stop-token-ids", "1,b")]
    [InlineData("run", "model", "x", "--json-object", "--regex", "a")]
    [InlineData("run", "model", "x", "--regex", "")]
    [InlineData("run", "model", "x", "--json-schema", "no/such/file")]
    [InlineData("run", "model", "--prompts", "no/such/file")]
    [InlineData("run", "model", "x", "--json", "no/such/folder/file")]
    [InlineData("run", "model", "x", "--json", "/")]
    [InlineData("run", "model", "x", "--json", "/proc/file")]
    [InlineData("run", "model", "x", "--json", "")]
    [InlineData("stop")]
    [InlineData("stop", "x", "--all")]
    [InlineData("compare")]
    public async Task Run_BadUsageIsTwo(params string[] args)
    {
        (await RunAsync(args)).ShouldBe(2);
        Error.ToString().ShouldStartWith("error: ");
        Error.ToString().ShouldNotContain("System.");
        Fake.Opened.ShouldBeEmpty();
    }

    [Fact]
    public async Task Run_FlagsReachTheWorker()
    {
        GenerateRequest? seen = null;
        Fake.OnGenerate = (request, events, context) =>
        {
            seen = request;
            return FakeModel.AnswerAsync(request, events, context);
        };
        var template = Write("t.jinja", "{{ x }}");
        (await RunAsync(
            "run", "model", "@file", "--temperature", "0.5", "--top-k", "3", "--seed", "18446744073709551615", "--stop", "a", "--stop", "b",
            "--stop-token-ids", "1,2", "--keep-special-tokens", "--ignore-eos", "--device", "cpu", "--dtype", "bfloat16", "--threads", "2",
            "--chat-template", template)).ShouldBe(0);
        var config = seen!.Configs[0];
        seen.Prompts[0].Text.ShouldBe("@file");
        config.DoSample.ShouldBeTrue();
        config.Temperature.ShouldBe(0.5);
        config.TopK.ShouldBe(3);
        config.RandomSeed.ShouldBe(ulong.MaxValue);
        config.StopWords.ShouldBe(["a", "b"]);
        config.StopTokenIds.ShouldBe([1, 2]);
        config.SkipSpecialTokens.ShouldBeFalse();
        config.IgnoreEos.ShouldBeTrue();
        var engine = Fake.Opened[0].Engine;
        engine.Device.ShouldBe(V1.EngineDevice.Cpu);
        engine.Dtype.ShouldBe(V1.EngineDtype.Bfloat16);
        engine.Threads.ShouldBe(2);
        engine.ChatTemplate.ShouldBe("{{ x }}\n");
    }

    [Fact]
    public async Task Run_GreedyIsTheDefaultAndWins()
    {
        var sampled = new List<bool>();
        Fake.OnGenerate = (request, events, context) =>
        {
            sampled.Add(request.Configs[0].DoSample);
            return FakeModel.AnswerAsync(request, events, context);
        };
        await RunAsync("run", "model", "x");
        await RunAsync("run", "model", "x", "--greedy", "--temperature", "0.5");
        await RunAsync("run", "model", "x", "--sample");
        sampled.ShouldBe([false, false, true]);
    }

    [Theory]
    [InlineData("run", "model")]
    [InlineData("run", "model", "-")]
    public async Task Run_AnswersAPipedPrompt(params string[] args)
    {
        Input = "\ufeffhello\nyou\n";
        (await RunAsync(args)).ShouldBe(0);
        Out.ToString().ShouldBe("hello\nyou\n");
    }

    [Fact]
    public async Task Run_APromptOfItsOwnIsNotPiped()
    {
        Input = "piped";
        (await RunAsync("run", "model", "said")).ShouldBe(0);
        Out.ToString().ShouldBe("said\n");
    }

    [Fact]
    public async Task Run_ReadsPipedLines()
    {
        Input = """
            {"id":1,"prompt":"ab"}
            {"id":2}
            """;
        (await RunAsync("run", "model", "--prompts", "-")).ShouldBe(1);
        Out.ToString().ShouldBe("[1] ab\n");
        Error.ToString().ShouldStartWith("error: invalid_request: standard input:2: exactly one of prompt, messages, input_ids");
    }

    [Theory]
    [InlineData("run", "model")]
    [InlineData("run", "model", "-")]
    [InlineData("run", "model", "-", "--prompts", "-")]
    public async Task Run_NothingPipedIsBadUsage(params string[] args)
    {
        Input = "\n";
        (await RunAsync(args)).ShouldBe(2);
        Error.ToString().ShouldStartWith("error: run needs ");
        Fake.Opened.ShouldBeEmpty();
    }
}
