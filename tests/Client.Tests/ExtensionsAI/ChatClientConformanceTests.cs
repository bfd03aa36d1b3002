using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LmDeploy.Client.Tests.ExtensionsAI;

/// <summary>What dotnet/extensions expects of every chat client (its ChatClientIntegrationTests), with a model that says what it is told.</summary>
public sealed class ChatClientConformanceTests
{
    private const string CallSum = """<tool_call>{"name": "sum", "arguments": {"a": 2, "b": 3}}</tool_call>""";
    private const string CallTime = """<tool_call>{"name": "time", "arguments": {}}</tool_call>""";

    private static AIFunction Sum { get; } = AIFunctionFactory.Create((int a, int b) => a + b, "sum", "Adds");

    [Fact]
    public async Task GetResponse_SingleMessage_HasTextReasonUsageAndNames()
    {
        await using var chat = await ScriptedChat.SayingAsync("Hello there");
        var response = await chat.Client.GetResponseAsync("Hi");
        response.Text.ShouldBe("Hello there");
        response.FinishReason.ShouldBe(ChatFinishReason.Stop);
        response.ModelId.ShouldBe("some");
        response.ResponseId.ShouldNotBeNullOrEmpty();
        response.CreatedAt.ShouldNotBeNull();
        response.Usage.ShouldNotBeNull().OutputTokenCount.ShouldBe(11);
        response.Usage.TotalTokenCount.ShouldBe(response.Usage.InputTokenCount + 11);
        response.Messages.ShouldHaveSingleItem().Role.ShouldBe(ChatRole.Assistant);
    }

    [Fact]
    public async Task GetResponse_MultipleMessages_AreGivenInTheirOrder()
    {
        await using var chat = await ScriptedChat.SayingAsync("ok");
        await chat.Client.GetResponseAsync(
            
            [
                new ChatMessage(ChatRole.System, "Be brief."),
                new ChatMessage(ChatRole.User, "One?"),
                new ChatMessage(ChatRole.Assistant, "Two."),
                new ChatMessage(ChatRole.User, "Three?"),
            ]);
        chat.Messages.ShouldBe(
            """[{"role":"system","content":"Be brief."},{"role":"user","content":"One?"},"""
            + """{"role":"assistant","content":"Two."},{"role":"user","content":"Three?"}]""");
    }

    [Fact]
    public async Task GetResponse_WithEmptyMessage_AndWithNone()
    {
        await using var chat = await ScriptedChat.SayingAsync("ok");
        (await chat.Client.GetResponseAsync([new ChatMessage(ChatRole.User, [])])).Text.ShouldBe("ok");
        await Should.ThrowAsync<ArgumentException>(() => chat.Client.GetResponseAsync([]));
    }

    [Fact]
    public async Task GetStreamingResponse_JoinsToTheResponse_AndEndsWithItsUsage()
    {
        await using var chat = await ScriptedChat.SayingAsync("Hello there", "Hello there");
        var updates = await chat.Client.GetStreamingResponseAsync("Hi").ToListAsync();
        updates.Count.ShouldBeGreaterThan(3);
        updates.Select(update => (update.MessageId, update.ResponseId, update.Role)).Distinct().ShouldHaveSingleItem();
        updates[^1].Contents.ShouldHaveSingleItem().ShouldBeOfType<UsageContent>();
        updates.Count(update => update.FinishReason is not null).ShouldBe(1);
        var (joined, whole) = (updates.ToChatResponse(), await chat.Client.GetResponseAsync("Hi"));
        (joined.Text, joined.FinishReason, joined.ModelId).ShouldBe((whole.Text, whole.FinishReason, whole.ModelId));
        joined.Usage!.TotalTokenCount.ShouldBe(whole.Usage!.TotalTokenCount);
    }

    [Fact]
    public async Task Options_ReachTheModel_AndAreNotChanged()
    {
        await using var chat = await ScriptedChat.SayingAsync("ok");
        var options = new ChatOptions
        {
            Temperature = 0.5f, TopP = 0.25f, TopK = 7, MaxOutputTokens = 9, FrequencyPenalty = 0.5f, PresencePenalty = -0.5f, Seed = 3, StopSequences = ["x"],
            Instructions = "Be kind.",
            AdditionalProperties = new()
            {
                ["min_p"] = 0.125,
                ["repetition_penalty"] = 1.5,
                ["ignore_eos"] = true,
            }, Reasoning = new() { Effort = ReasoningEffort.None },
        };
        var before = System.Text.Json.JsonSerializer.Serialize(options, AIJsonUtilities.DefaultOptions);
        await chat.Client.GetResponseAsync("Hi", options);
        var config = chat.Config;
        (config.DoSample, config.Temperature, config.TopP, config.TopK, config.MaxNewTokens).ShouldBe((true, 0.5f, 0.25f, 7, 9));
        (
            config.FrequencyPenalty,
            config.PresencePenalty,
            config.RandomSeed,
            config.MinP,
            config.RepetitionPenalty,
            config.IgnoreEos).ShouldBe((0.5f, -0.5f, 3UL, 0.125f, 1.5f, true));
        config.StopWords.ShouldBe(["x"]);
        chat.Messages.ShouldStartWith("""[{"role":"system","content":"Be kind."}""");
        chat.Requests[^1].Prompts[0].TemplateArguments.ShouldContain("\"enable_thinking\":false");
        System.Text.Json.JsonSerializer.Serialize(options, AIJsonUtilities.DefaultOptions).ShouldBe(before);
    }

    [Fact]
    public async Task OptionsThatAreNotSet_AreLeftToTheModel()
    {
        await using var chat = await ScriptedChat.SayingAsync("ok", "ok");
        await chat.Client.GetResponseAsync("Hi");
        chat.Config.UnsetFields.ShouldBe(LmDeploy.V1.UnsetFields.ModelOrOpenai);
        (chat.Config.HasTemperature, chat.Config.HasTopP, chat.Config.HasTopK, chat.Config.HasDoSample).ShouldBe((false, false, false, false));
        await chat.Client.GetResponseAsync("Hi", new ChatOptions { Temperature = 0 });
        (chat.Config.DoSample, chat.Config.HasTopP).ShouldBe((false, false));
    }

    [Fact]
    public async Task TimesOfDay_AreAskedForAsDotNetReadsThem()
    {
        await using var chat = await ScriptedChat.SayingAsync("ok");
        await chat.Client.GetResponseAsync("Hi", new ChatOptions
        {
            ResponseFormat = ChatResponseFormat.ForJsonSchema(AIJsonUtilities.CreateJsonSchema(typeof(Dictionary<string, TimeOnly>))),
        });
        var schema = chat.Config.ResponseFormat.JsonSchema;
        schema.ShouldNotContain("\"time\"");
        var pattern = System.Text.Json.Nodes.JsonNode.Parse(schema)!["additionalProperties"]!["pattern"]!.GetValue<string>();
        foreach (var text in new[] { "00:00:00", "23:59:59", "07:08:09.1234567" })
        {
            System.Text.RegularExpressions.Regex.IsMatch(text, pattern).ShouldBeTrue();
            System.Text.Json.JsonSerializer.Deserialize<TimeOnly>($"\"{text}\"").ShouldBe(
                TimeOnly.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
        }

        System.Text.RegularExpressions.Regex.IsMatch("10:00:00Z", pattern).ShouldBeFalse();
    }

    [Fact]
    public async Task FunctionInvocation_CallsAndAnswers()
    {
        await using var chat = await ScriptedChat.SayingAsync(CallSum, "It is 5.");
        using var client = chat.Client.AsBuilder().UseFunctionInvocation().Build();
        var response = await client.GetResponseAsync("2 + 3?", new ChatOptions { Tools = [Sum] });
        response.Text.ShouldBe("It is 5.");
        response.FinishReason.ShouldBe(ChatFinishReason.Stop);
        chat.Requests[0].Prompts[0].Tools.ShouldContain("\"name\":\"sum\"");
        chat.Messages.ShouldContain("\"tool_calls\"");
        chat.Messages.ShouldContain("\"role\":\"tool\",\"content\":\"5\"");
    }

    [Fact]
    public async Task FunctionInvocation_Streaming_WithoutParameters()
    {
        await using var chat = await ScriptedChat.SayingAsync(CallTime, "Noon.");
        var called = 0;
        using var client = chat.Client.AsBuilder().UseFunctionInvocation().Build();
        var response = await client.GetStreamingResponseAsync(
            "Time?", new ChatOptions { Tools = [AIFunctionFactory.Create(() => { called++; return "12:00"; }, "time")] }).ToChatResponseAsync();
        response.Text.ShouldEndWith("Noon.");
        called.ShouldBe(1);
    }

    [Fact]
    public async Task FunctionInvocation_SeveralCallsInOneAnswer()
    {
        await using var chat = await ScriptedChat.SayingAsync(CallSum + CallTime, "Done.");
        using var client = chat.Client.AsBuilder().UseFunctionInvocation().Build();
        var response = await client.GetResponseAsync("Both", new ChatOptions { Tools = [Sum, AIFunctionFactory.Create(() => "12:00", "time")] });
        response.Messages.SelectMany(message => message.Contents.OfType<FunctionResultContent>()).Count().ShouldBe(2);
        response.Messages.SelectMany(message => message.Contents.OfType<FunctionCallContent>()).Select(call => call.CallId).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task FunctionInvocation_NestedAndOptionalParameters()
    {
        await using var chat = await ScriptedChat.SayingAsync(
            """<tool_call>{"name": "order", "arguments": {"items": [{"name": "tea", "count": 2}]}}</tool_call>""", "Done.");
        string? ordered = null;
        using var client = chat.Client.AsBuilder().UseFunctionInvocation().Build();
        await client.GetResponseAsync(
            "Tea",
            new ChatOptions
            {
                Tools = [AIFunctionFactory.Create((Line[] items, string? note = null) => ordered = $"{items[0].Count} {items[0].Name} {note}", "order")],
            });
        ordered.ShouldBe("2 tea ");
    }

    [Fact]
    public async Task Tools_WithModeNone_AreNotShown_AndWithRequiredForced()
    {
        await using var chat = await ScriptedChat.SayingAsync("no", """{"a": 1, "b": 2}""");
        await chat.Client.GetResponseAsync("Hi", new ChatOptions { Tools = [Sum], ToolMode = ChatToolMode.None });
        chat.Requests[^1].Prompts[0].Tools.ShouldBeEmpty();
        var response = await chat.Client.GetResponseAsync("Hi", new ChatOptions { Tools = [Sum], ToolMode = ChatToolMode.RequireSpecific("sum") });
        chat.Config.ResponseFormat.ShouldNotBeNull();
        var call = response.Messages[0].Contents.OfType<FunctionCallContent>().ShouldHaveSingleItem();
        call.Name.ShouldBe("sum");
        response.FinishReason.ShouldBe(ChatFinishReason.ToolCalls);
        await Should.ThrowAsync<ArgumentException>(
            () => chat.Client.GetResponseAsync("Hi", new ChatOptions { Tools = [Sum], ToolMode = ChatToolMode.RequireSpecific("other") }));
    }

    [Fact]
    public async Task StructuredOutput_ObjectsArraysAndEnums()
    {
        await using var chat = await ScriptedChat.SayingAsync("""{"Name": "tea", "Count": 2}""", """{"data": [1, 2, 3]}""", """{"data": "Green"}""");
        (await chat.Client.GetResponseAsync<Line>("One")).Result.ShouldBe(new Line("tea", 2));
        chat.Config.ResponseFormat.JsonSchema.ShouldContain("\"count\"", Case.Insensitive);
        (await chat.Client.GetResponseAsync<int[]>("Two")).Result.ShouldBe([1, 2, 3]);
        (await chat.Client.GetResponseAsync<Colour>("Three")).Result.ShouldBe(Colour.Green);
    }

    [Fact]
    public async Task Reasoning_IsContentOfItsOwn()
    {
        await using var chat = await ScriptedChat.SayingAsync("<think>hm</think>42");
        var response = await chat.Client.GetResponseAsync("What?");
        response.Text.ShouldBe("42");
        response.Messages[0].Contents.OfType<TextReasoningContent>().Single().Text.ShouldBe("hm");
        response.Usage!.ReasoningTokenCount.ShouldNotBeNull().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task AThoughtThatWasNotOpened_IsReasoning_InAStreamToo()
    {
        await using var chat = await ScriptedChat.SayingAsync("I plan.\n</think>\n\nHello!", "I plan.\n</think>\n\nHello!");
        var whole = await chat.Client.GetResponseAsync("Hi");
        var updates = await chat.Client.GetStreamingResponseAsync("Hi").ToListAsync();
        foreach (var response in new[] { whole, updates.ToChatResponse() })
        {
            response.Text.ShouldBe("Hello!");
            string.Concat(response.Messages[0].Contents.OfType<TextReasoningContent>().Select(content => content.Text)).ShouldBe("I plan.");
        }
    }

    [Fact]
    public async Task AllowMultipleToolCalls_ReachesTheModel()
    {
        await using var chat = await ScriptedChat.SayingAsync(CallSum, CallSum);
        await chat.Client.GetResponseAsync("Hi", new ChatOptions { Tools = [Sum], AllowMultipleToolCalls = false });
        chat.Config.Split.SingleCall.ShouldBeTrue();
        await chat.Client.GetResponseAsync("Hi", new ChatOptions { Tools = [Sum] });
        chat.Config.Split.SingleCall.ShouldBeFalse();
    }

    [Fact]
    public async Task Caching_AnswersTheSameQuestionOnce_AndOtherOptionsAnew()
    {
        await using var chat = await ScriptedChat.SayingAsync("one", "two", "three");
        using var client = chat.Client.AsBuilder().UseDistributedCache(new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()))).Build();
        (await client.GetResponseAsync("Hi")).Text.ShouldBe("one");
        (await client.GetResponseAsync("Hi")).Text.ShouldBe("one");
        (await client.GetResponseAsync("Hi", new ChatOptions { Seed = 1 })).Text.ShouldBe("two");
        (await client.GetStreamingResponseAsync("Ho").ToChatResponseAsync()).Text.ShouldBe("three");
        (await client.GetStreamingResponseAsync("Ho").ToChatResponseAsync()).Text.ShouldBe("three");
    }

    [Fact]
    public async Task OpenTelemetry_EmitsOneSpanWithTheNames()
    {
        var source = Guid.NewGuid().ToString();
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = one => one.Name == source, Sample = (
                ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData, ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await using var chat = await ScriptedChat.SayingAsync("Hello");
        using var client = chat.Client.AsBuilder().UseOpenTelemetry(sourceName: source).Build();
        await client.GetResponseAsync("Hi");
        var span = spans.ShouldHaveSingleItem();
        span.DisplayName.ShouldBe("chat some");
        span.GetTagItem("gen_ai.provider.name").ShouldBe("lmdeploy");
        span.GetTagItem("gen_ai.response.model").ShouldBe("some");
        Convert.ToInt32(span.GetTagItem("gen_ai.usage.output_tokens")).ShouldBe(5);
    }

    [Fact]
    public async Task Logging_TellsOfBothCalls()
    {
        var lines = new List<string>();
        using var factory = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new ListLogger(lines)));
        await using var chat = await ScriptedChat.SayingAsync("Hello", "Hello");
        using var client = chat.Client.AsBuilder().UseLogging(factory).Build();
        await client.GetResponseAsync("Hi");
        await client.GetStreamingResponseAsync("Hi").ToListAsync();
        lines.ShouldContain(line => line.Contains("GetResponseAsync"));
        lines.ShouldContain(line => line.Contains("GetStreamingResponseAsync"));
    }

    [Fact]
    public async Task GetService_KnowsItselfThePipelineAndTheMetadata()
    {
        await using var chat = await ScriptedChat.SayingAsync();
        chat.Client.GetService<Pipeline>().ShouldBe(chat.Pipeline);
        chat.Client.GetService<ChatClientMetadata>()!.DefaultModelId.ShouldBe("some");
        chat.Client.GetService<IChatClient>().ShouldBe(chat.Client);
        chat.Client.GetService(typeof(Pipeline), "key").ShouldBeNull();
        chat.Client.GetService<string>().ShouldBeNull();
        Should.Throw<ArgumentNullException>(() => chat.Client.GetService(null!));
    }

    [Fact]
    public async Task Dispose_LeavesThePipeline_AndAClosedOneSaysSo()
    {
        await using var chat = await ScriptedChat.SayingAsync("still here");
        chat.Client.Dispose();
        (await chat.Client.GetResponseAsync("Hi")).Text.ShouldBe("still here");
        await chat.Pipeline.CloseAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => chat.Client.GetResponseAsync("Hi"));
    }

    private sealed record Line([property: Description("What")] string Name, int Count);

    private enum Colour
    {
        Red,
        Green,
    }

    private sealed class ListLogger(List<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => lines.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
