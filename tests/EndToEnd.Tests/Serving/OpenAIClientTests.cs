using System.ClientModel;
using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;
using ChatMessage = OpenAI.Chat.ChatMessage;

#pragma warning disable OPENAI001 // Seeds are for evaluation purposes, the client says.

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>OpenAI's own client for .NET against a real server.</summary>
[Collection(SharedServer.Name)]
public sealed class OpenAIClientTests(ServerFixture fixture)
{
    private const string Question = "What is 17 + 25?";

    private static readonly ChatTool Weather = ChatTool.CreateFunctionTool(
        "get_weather",
        "The weather of a city",
        BinaryData.FromString(
            """{"type":"object","properties":{"city":{"enum":["Oslo","Rome"]},"days":{"type":"integer","minimum":1,"maximum":9}},"required":["city","days"]"""
                + ""","additionalProperties":false}"""));

    private static readonly ChatTool Time = ChatTool.CreateFunctionTool("get_time");

    [Fact]
    public async Task Chat_AnswersWithUsage()
    {
        ChatCompletion answer = await Chat().CompleteChatAsync([new UserChatMessage(Question)], Greedy());
        answer.Content[0].Text.ShouldBe("42");
        answer.FinishReason.ShouldBe(ChatFinishReason.Stop);
        answer.Model.ShouldBe("boulder");
        answer.Role.ShouldBe(ChatMessageRole.Assistant);
        answer.Usage.OutputTokenCount.ShouldBe(3);
        answer.Usage.InputTokenCount.ShouldBeGreaterThan(10);
        answer.Usage.TotalTokenCount.ShouldBe(answer.Usage.InputTokenCount + 3);
        answer.CreatedAt.ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddMinutes(-5));
    }

    [Fact]
    public async Task Stream_AddsUpToTheAnswer()
    {
        var text = "";
        ChatTokenUsage? usage = null;
        ChatFinishReason? reason = null;
        await foreach (var update in Chat().CompleteChatStreamingAsync([new SystemChatMessage("Be brief."), new UserChatMessage(Question)], Greedy()))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            usage = update.Usage ?? usage;
            reason = update.FinishReason ?? reason;
        }

        ChatCompletion whole = await Chat().CompleteChatAsync([new SystemChatMessage("Be brief."), new UserChatMessage(Question)], Greedy());
        text.ShouldBe(whole.Content[0].Text);
        reason.ShouldBe(whole.FinishReason);
        usage.ShouldNotBeNull().OutputTokenCount.ShouldBe(whole.Usage.OutputTokenCount);
        usage.InputTokenCount.ShouldBe(whole.Usage.InputTokenCount);
    }

    [Fact]
    public async Task MaxTokens_EndWithLength()
    {
        var options = Greedy();
        options.MaxOutputTokenCount = 1;
        ChatCompletion answer = await Chat().CompleteChatAsync([new UserChatMessage(Question)], options);
        answer.FinishReason.ShouldBe(ChatFinishReason.Length);
        answer.Content[0].Text.ShouldBe("4");
    }

    [Fact]
    public async Task Stop_EndsBeforeTheWord()
    {
        var options = Greedy();
        options.StopSequences.Add("2");
        ChatCompletion answer = await Chat().CompleteChatAsync([new UserChatMessage(Question)], options);
        answer.FinishReason.ShouldBe(ChatFinishReason.Stop);
        answer.Content[0].Text.ShouldBe("4");
    }

    [Fact]
    public async Task Logprobs_AreOfTheTokens()
    {
        var options = Greedy();
        options.IncludeLogProbabilities = true;
        options.TopLogProbabilityCount = 3;
        ChatCompletion answer = await Chat().CompleteChatAsync([new UserChatMessage(Question)], options);
        answer.ContentTokenLogProbabilities.Count.ShouldBe(3);
        var first = answer.ContentTokenLogProbabilities[0];
        first.Token.ShouldBe("4");
        first.Utf8Bytes!.Value.ToArray().ShouldBe("4"u8.ToArray());
        first.LogProbability.ShouldBeInRange(-0.1f, 0);
        first.TopLogProbabilities.Count.ShouldBe(3);
        first.TopLogProbabilities[0].Token.ShouldBe("4");
        first.TopLogProbabilities.Select(candidate => candidate.LogProbability).ShouldBeInOrder(SortDirection.Descending);
    }

    [Fact]
    public async Task Seed_DrawsTheSameAgain()
    {
        var options = new ChatCompletionOptions { Temperature = 1.5f, Seed = 7, MaxOutputTokenCount = 12 };
        ChatCompletion one = await Chat("pebble").CompleteChatAsync([new UserChatMessage("Tell me about the sea.")], options);
        ChatCompletion two = await Chat("pebble").CompleteChatAsync([new UserChatMessage("Tell me about the sea.")], options);
        two.Content[0].Text.ShouldBe(one.Content[0].Text);
    }

    [Fact]
    public async Task JsonSchema_IsKept()
    {
        var options = Greedy();
        options.MaxOutputTokenCount = 100;
        options.ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat(
            "sum",
            BinaryData.FromString(
                """{"type":"object","properties":{"sum":{"type":"integer","minimum":0,"maximum":99}},"required":["sum"]"""
                    + ""","additionalProperties":false}"""),
            jsonSchemaIsStrict: true);
        ChatCompletion answer = await Chat().CompleteChatAsync([new UserChatMessage(Question)], options);
        using var json = JsonDocument.Parse(answer.Content[0].Text);
        json.RootElement.GetProperty("sum").GetInt32().ShouldBeInRange(0, 99);
        json.RootElement.EnumerateObject().Count().ShouldBe(1);
    }

    [Fact]
    public async Task ToolChoiceOfAFunction_CallsIt()
    {
        var options = Greedy();
        options.MaxOutputTokenCount = 100;
        options.Tools.Add(Weather);
        options.Tools.Add(Time);
        options.ToolChoice = ChatToolChoice.CreateFunctionChoice("get_weather");
        ChatCompletion answer = await Chat().CompleteChatAsync([new UserChatMessage("The weather?")], options);
        answer.FinishReason.ShouldBe(ChatFinishReason.ToolCalls);
        var call = answer.ToolCalls.ShouldHaveSingleItem();
        call.FunctionName.ShouldBe("get_weather");
        using var arguments = JsonDocument.Parse(call.FunctionArguments);
        arguments.RootElement.GetProperty("city").GetString().ShouldBeOneOf("Oslo", "Rome");

        // Its result goes back in the next turn.
        ChatCompletion next = await Chat().CompleteChatAsync(
            [new UserChatMessage("The weather?"), new AssistantChatMessage(answer), new ToolChatMessage(call.Id, "sunny")], Greedy());
        next.FinishReason.ShouldBeOneOf(ChatFinishReason.Stop, ChatFinishReason.Length);
    }

    [Fact]
    public async Task ToolChoiceRequired_StreamsACall()
    {
        var options = Greedy();
        options.MaxOutputTokenCount = 100;
        options.Tools.Add(Weather);
        options.Tools.Add(Time);
        options.ToolChoice = ChatToolChoice.CreateRequiredChoice();
        var (name, arguments, id) = ("", "", "");
        ChatFinishReason? reason = null;
        await foreach (var update in Chat().CompleteChatStreamingAsync([new UserChatMessage("The weather?")], options))
        {
            foreach (var call in update.ToolCallUpdates)
            {
                name += call.FunctionName;
                id += call.ToolCallId;
                arguments += call.FunctionArgumentsUpdate;
            }

            reason = update.FinishReason ?? reason;
        }

        reason.ShouldBe(ChatFinishReason.ToolCalls);
        name.ShouldBeOneOf("get_weather", "get_time");
        id.ShouldNotBeEmpty();
        JsonDocument.Parse(arguments).RootElement.ValueKind.ShouldBe(JsonValueKind.Object);
    }

    [Fact]
    public async Task Embeddings_HaveTheSizeThatWasAskedFor()
    {
        var client = Client().GetEmbeddingClient("boulder");
        OpenAIEmbeddingCollection all = await client.GenerateEmbeddingsAsync(["Hello", "Bye"]);
        all.Count.ShouldBe(2);
        all.Usage.InputTokenCount.ShouldBeGreaterThan(1);
        OpenAIEmbedding one = await client.GenerateEmbeddingAsync("Hello", new EmbeddingGenerationOptions { Dimensions = 8 });
        one.ToFloats().Length.ShouldBe(8);
        one.ToFloats().ToArray().Sum(number => number * number).ShouldBe(1, 1e-3);
    }

    [Fact]
    public async Task Models_AreListed()
    {
        var models = await Client().GetOpenAIModelClient().GetModelsAsync();
        models.Value.Select(model => model.Id).ShouldBe(["pebble", "boulder"]);
    }

    [Fact]
    public async Task UnknownModel_IsNotFound()
    {
        var failure = await Should.ThrowAsync<ClientResultException>(() => Chat("nothing").CompleteChatAsync([new UserChatMessage(Question)]));
        failure.Status.ShouldBe(404);
        failure.Message.ShouldContain("nothing");
    }

    [Fact]
    public async Task TooLongPrompt_IsRefused()
    {
        var failure = await Should.ThrowAsync<ClientResultException>(
            () => Chat().CompleteChatAsync([new UserChatMessage(string.Concat(Enumerable.Repeat("long ", 3000)))]));
        failure.Status.ShouldBe(400);
        failure.Message.ShouldContain("context_length_exceeded");
    }

    [Fact]
    public async Task Cancelling_EndsTheRequestInTheWorker()
    {
        using var cancel = new CancellationTokenSource();
        var options = new ChatCompletionOptions { Temperature = 1, MaxOutputTokenCount = 900 };
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Chat().CompleteChatStreamingAsync([new UserChatMessage("Tell me everything.")], options, cancel.Token))
            {
                await cancel.CancelAsync();
            }
        });
        await Eventually.BeAsync(() => Running().GetAwaiter().GetResult(), running => running == 0, "no request to run", TimeSpan.FromSeconds(10));
    }

    private static ChatCompletionOptions Greedy() => new() { Temperature = 0 };

    private async Task<int> Running()
    {
        var (_, body) = await fixture.Server.GetAsync("/v1/pipelines");
        return body.GetProperty("pipelines").EnumerateArray().Sum(pipeline => pipeline.GetProperty("running_requests").GetInt32());
    }

    private ChatClient Chat(string model = "boulder") => Client().GetChatClient(model);

    private OpenAIClient Client() => new(
        new ApiKeyCredential("none"),
        new OpenAIClientOptions { Endpoint = fixture.OpenAIAddress, RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(0) });
}
