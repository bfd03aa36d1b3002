using System.Text.Json;
using LmDeploy.Cli.Benchmarks.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LmDeploy.Cli.Tests.Benchmarks.Serving;

public sealed class OpenAiTokensTests : IAsyncLifetime
{
    private WebApplication _app = null!;
    private Func<HttpContext, Task> _answer = _ => Task.CompletedTask;
    private JsonElement _body;
    private string? _authorization;
    private OpenAiTokens _tokens = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Map("/v1/completions", async (HttpContext context) =>
        {
            _body = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;
            _authorization = context.Request.Headers.Authorization;
            await _answer(context);
        });
        await _app.StartAsync();
        _tokens = new OpenAiTokens(new Uri($"{_app.Urls.First()}/v1/"), "m", "secret");
    }

    public async ValueTask DisposeAsync()
    {
        _tokens.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Ask_SendsTokenIdsAndTheKey()
    {
        Answer("data: [DONE]\n\n");
        (await AskAsync()).ShouldBeEmpty();
        _authorization.ShouldBe("Bearer secret");
        _body.GetProperty("model").GetString().ShouldBe("m");
        _body.GetProperty("prompt").EnumerateArray().Select(id => id.GetInt32()).ShouldBe([5, 6, 7]);
        _body.GetProperty("max_tokens").GetInt32().ShouldBe(3);
        _body.GetProperty("stream").GetBoolean().ShouldBeTrue();
        _body.GetProperty("ignore_eos").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Ask_CountsEventsWithText_AndWhatTheSumAtTheEndHasMore()
    {
        Answer(Chunk("a"), Chunk("b"), Chunk(""), """data: {"choices":[],"usage":{"completion_tokens":3}}""" + "\n\n", "data: [DONE]\n\n");
        (await AskAsync()).ShouldBe([1, 1, 1]);
    }

    [Fact]
    public async Task Ask_BelievesRunningSums()
    {
        Answer(
            """data: {"choices":[{"text":"ab"}],"usage":{"completion_tokens":2}}""" + "\n\n",
            """data: {"choices":[{"text":"c"}],"usage":{"completion_tokens":3}}""" + "\n\n",
            "data: [DONE]\n\n");
        (await AskAsync()).ShouldBe([2, 1]);
    }

    [Fact]
    public async Task Ask_TellsWhatTheServerRefused()
    {
        _answer = async context =>
        {
            context.Response.StatusCode = 429;
            await context.Response.WriteAsync("too many");
        };
        var failure = await AskAsync().ShouldThrowAsync<LmDeployException>();
        failure.Code.ShouldBe("server_failed");
        failure.Message.ShouldContain("429");
        failure.Message.ShouldContain("too many");
    }

    [Fact]
    public async Task Ask_TellsOfAnErrorWithinTheStream()
    {
        Answer(Chunk("a"), """data: {"error":{"message":"lost it"}}""" + "\n\n");
        (await AskAsync().ShouldThrowAsync<LmDeployException>()).Message.ShouldContain("lost it");
    }

    [Fact]
    public async Task Ask_DoesNotTakeAStreamThatBreaksForAnAnswer()
    {
        Answer(Chunk("a"));
        (await AskAsync().ShouldThrowAsync<LmDeployException>()).Message.ShouldContain("[DONE]");
    }

    private static string Chunk(string text) => $"data: {{\"choices\":[{{\"text\":\"{text}\"}}]}}\n\n";

    private void Answer(params string[] events) => _answer = async context =>
    {
        context.Response.ContentType = "text/event-stream";
        foreach (var e in events)
        {
            await context.Response.WriteAsync(e);
        }
    };

    private Task<List<int>> AskAsync() => CollectAsync(_tokens.AskAsync(new ServeRequest([5, 6, 7], 3), CancellationToken.None)).InTime();

    private static async Task<List<int>> CollectAsync(IAsyncEnumerable<int> arrivals)
    {
        var all = new List<int>();
        await foreach (var tokens in arrivals)
        {
            all.Add(tokens);
        }

        return all;
    }
}
