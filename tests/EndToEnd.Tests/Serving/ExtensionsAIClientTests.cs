using System.ClientModel;
using System.ComponentModel;
using Microsoft.Extensions.AI;
using OpenAI;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>Microsoft.Extensions.AI through its OpenAI adapter against a real server.</summary>
[Collection(SharedServer.Name)]
public sealed class ExtensionsAIClientTests(ServerFixture fixture)
{
    private const string Question = "What is 17 + 25?";

    [Fact]
    public async Task Response_HasTextUsageAndReason()
    {
        var answer = await Chat().GetResponseAsync(Question, new ChatOptions { Temperature = 0 });
        answer.Text.ShouldBe("42");
        answer.FinishReason.ShouldBe(ChatFinishReason.Stop);
        answer.ModelId.ShouldBe("boulder");
        answer.Usage.ShouldNotBeNull().TotalTokenCount.ShouldBe(answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task Stream_EqualsTheResponse()
    {
        List<ChatMessage> messages = [new(ChatRole.System, "Be brief."), new(ChatRole.User, Question)];
        var options = new ChatOptions { Temperature = 0 };
        var streamed = await Chat().GetStreamingResponseAsync(messages, options).ToChatResponseAsync();
        var whole = await Chat().GetResponseAsync(messages, options);
        streamed.Text.ShouldBe(whole.Text);
        streamed.FinishReason.ShouldBe(whole.FinishReason);
        streamed.Usage.ShouldNotBeNull().OutputTokenCount.ShouldBe(whole.Usage!.OutputTokenCount);
    }

    [Fact]
    public async Task StructuredOutput_Deserializes()
    {
        var answer = await Chat().GetResponseAsync<Parity>(Question, options: new ChatOptions { Temperature = 0, MaxOutputTokens = 100 });
        answer.Text.ShouldContain(answer.Result.IsEven ? "true" : "false");
    }

    [Fact]
    public async Task RequiredTool_IsInvoked()
    {
        var asked = new List<bool>();
        var tool = AIFunctionFactory.Create(
            ([Description("Whether it is about tomorrow")] bool tomorrow) =>
            {
                asked.Add(tomorrow);
                return "sunny";
            },
            "get_weather");
        var client = new ChatClientBuilder(Chat()).UseFunctionInvocation(configure: invoking => invoking.MaximumIterationsPerRequest = 1).Build();
        await client.GetResponseAsync(
            "The weather?", new ChatOptions { Temperature = 0, MaxOutputTokens = 60, Tools = [tool], ToolMode = ChatToolMode.RequireSpecific("get_weather") });
        asked.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Embeddings_AreGenerated()
    {
        var generator = Client().GetEmbeddingClient("boulder").AsIEmbeddingGenerator();
        var embeddings = await generator.GenerateAsync(["Hello", "Bye"], new EmbeddingGenerationOptions { Dimensions = 16 });
        embeddings.Count.ShouldBe(2);
        embeddings.ShouldAllBe(embedding => embedding.Vector.Length == 16);
        embeddings.Usage.ShouldNotBeNull().InputTokenCount.ShouldNotBeNull().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task StopSequences_EndBeforeTheWord() =>
        (await Chat().GetResponseAsync(Question, new ChatOptions { Temperature = 0, StopSequences = ["2"] })).Text.ShouldBe("4");

    [Fact]
    public async Task Errors_HaveTheirStatus() =>
        (await Should.ThrowAsync<ClientResultException>(() => Client().GetChatClient("nothing").AsIChatClient().GetResponseAsync(Question))).Status.ShouldBe(
            404);

    [Fact]
    public async Task Cancelling_EndsTheStream()
    {
        using var cancel = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Chat().GetStreamingResponseAsync("Tell me everything.", new ChatOptions { MaxOutputTokens = 900 }, cancel.Token))
            {
                await cancel.CancelAsync();
            }
        });
    }

    private IChatClient Chat() => Client().GetChatClient("boulder").AsIChatClient();

    private OpenAIClient Client() => new(new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = fixture.OpenAIAddress });

    private sealed record Parity(bool IsEven);
}
