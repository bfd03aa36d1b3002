using System.ComponentModel;
using LmDeploy.EndToEnd.Tests.Processes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LmDeploy.EndToEnd.Tests.Pipelines;

/// <summary>A pipeline as the clients of Microsoft.Extensions.AI, through real processes.</summary>
public sealed class ChatClientTests : IAsyncLifetime
{
    private const string Question = "What is 17 + 25?";

    private readonly Sandbox _sandbox = new();
    private Supervisor _supervisor = null!;
    private Pipeline _pipe = null!;

    private static ChatOptions Greedy => new() { Temperature = 0 };

    public async ValueTask InitializeAsync()
    {
        _supervisor = _sandbox.StartSupervisor();
        _pipe = await Pipeline.CreateAsync(Repository.Boulder, supervisor: _supervisor);
    }

    public async ValueTask DisposeAsync()
    {
        await _pipe.DisposeAsync();
        await _supervisor.DisposeAsync();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task Response_HasAllThatAnswersHave()
    {
        var answer = await _pipe.AsIChatClient().GetResponseAsync(Question, Greedy);
        answer.Text.ShouldBe("42");
        answer.FinishReason.ShouldBe(ChatFinishReason.Stop);
        answer.ModelId.ShouldBe("boulder");
        answer.ResponseId.ShouldNotBeNullOrEmpty();
        answer.CreatedAt.ShouldNotBeNull();
        answer.Usage.ShouldNotBeNull().OutputTokenCount.ShouldBe(3);
        answer.Usage.TotalTokenCount.ShouldBe(answer.Usage.InputTokenCount + 3);
    }

    [Fact]
    public async Task Stream_HasStableNamesAndEqualsTheResponse()
    {
        List<ChatMessage> messages = [new(ChatRole.System, "Be brief."), new(ChatRole.User, Question)];
        var updates = await _pipe.AsIChatClient().GetStreamingResponseAsync(messages, Greedy).ToListAsync();
        updates.Select(update => update.MessageId).Distinct().Count().ShouldBe(1);
        updates.Select(update => update.ResponseId).Distinct().Count().ShouldBe(1);
        updates.Last().Contents.ShouldHaveSingleItem().ShouldBeOfType<UsageContent>();
        var whole = await _pipe.AsIChatClient().GetResponseAsync(messages, Greedy);
        updates.ToChatResponse().Text.ShouldBe(whole.Text);
    }

    [Fact]
    public async Task Options_AreHonouredOrRefusedByName()
    {
        var client = _pipe.AsIChatClient();
        (await client.GetResponseAsync(Question, new ChatOptions { Temperature = 0, MaxOutputTokens = 1 })).FinishReason.ShouldBe(ChatFinishReason.Length);
        (await client.GetResponseAsync(Question, new ChatOptions { Temperature = 0, StopSequences = ["2"] })).Text.ShouldBe("4");
        (await client.GetResponseAsync("The sum?", new ChatOptions { Temperature = 0, Instructions = "Be brief." })).Text
            .ShouldBe(
                (await client.GetResponseAsync([new ChatMessage(ChatRole.System, "Be brief."), new ChatMessage(ChatRole.User, "The sum?")], Greedy)).Text);
        foreach (var (options, name) in new[]
        {
            (new ChatOptions { ModelId = "other" }, "ModelId"),
            (new ChatOptions { ConversationId = "c" }, "ConversationId"),
            (new ChatOptions { RawRepresentationFactory = _ => "text" }, "RawRepresentationFactory"),
            (new ChatOptions { AdditionalProperties = new() { ["nonsense"] = 1 } }, "nonsense"),
            (new ChatOptions { Tools = [new HostedWebSearchTool()] }, "web_search"),
        })
        {
            (await Should.ThrowAsync<NotSupportedException>(() => client.GetResponseAsync(Question, options))).Message.ShouldContain(name);
        }

        (await Should.ThrowAsync<NotSupportedException>(() =>
            client.GetResponseAsync([new ChatMessage(ChatRole.User, [new DataContent("data:image/png;base64,AA==")])]))).Message.ShouldContain("DataContent");
        (await Should.ThrowAsync<LmDeployException>(() => client.GetResponseAsync(string.Concat(Enumerable.Repeat("long ", 3000))))).Code.ShouldBe(
            "context_length_exceeded");
    }

    [Fact]
    public async Task StructuredOutput_Deserializes()
    {
        var answer = await _pipe.AsIChatClient().GetResponseAsync<Parity>(Question, options: new ChatOptions { Temperature = 0, MaxOutputTokens = 100 });
        answer.Text.ShouldContain(answer.Result.IsEven ? "true" : "false");
    }

    [Fact]
    public async Task Pipelines_SurviveTheUsualMiddlewareAndInvokeTools()
    {
        var asked = new List<bool>();
        var tool = AIFunctionFactory.Create(
            ([Description("Whether it is about tomorrow")] bool tomorrow) =>
            {
                asked.Add(tomorrow);
                return "sunny";
            },
            "get_weather");
        IDistributedCache cache = new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()));
        var client = new ChatClientBuilder(_pipe.AsIChatClient())
            .UseFunctionInvocation(configure: invoking => invoking.MaximumIterationsPerRequest = 1)
            .UseDistributedCache(cache)
            .UseOpenTelemetry()
            .UseLogging(NullLoggerFactory.Instance)
            .Build();
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 60, Tools = [tool], ToolMode = ChatToolMode.RequireSpecific("get_weather") };
        await client.GetResponseAsync("The weather?", options);
        asked.ShouldHaveSingleItem();
        await client.GetResponseAsync("The weather?", options);
        asked.Count.ShouldBe(2, "the cached answer is a call too");
        client.GetService<Pipeline>().ShouldBe(_pipe);
        client.GetService<ChatClientMetadata>()!.ProviderName.ShouldBe("lmdeploy");
    }

    [Fact]
    public async Task Embeddings_HaveTheSizeThatWasAskedFor()
    {
        var generator = _pipe.AsIEmbeddingGenerator();
        var embeddings = await generator.GenerateAsync(["Hello", "Bye"], new EmbeddingGenerationOptions { Dimensions = 16 });
        embeddings.Count.ShouldBe(2);
        embeddings.ShouldAllBe(embedding => embedding.Vector.Length == 16);
        embeddings.Usage.ShouldNotBeNull().InputTokenCount.ShouldNotBeNull().ShouldBeGreaterThan(1);
        generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelDimensions.ShouldBe(_pipe.Model.HiddenSize);
    }

    [Fact]
    public async Task Cancelling_CarriesTheCallersToken()
    {
        using var cancel = new CancellationTokenSource();
        var failure = await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in _pipe
                .AsIChatClient()
                .GetStreamingResponseAsync("Tell me everything.", new ChatOptions { AdditionalProperties = new() { ["ignore_eos"] = true } }, cancel.Token))
            {
                await cancel.CancelAsync();
            }
        });
        failure.CancellationToken.ShouldBe(cancel.Token);
    }

    private sealed record Parity(bool IsEven);
}
