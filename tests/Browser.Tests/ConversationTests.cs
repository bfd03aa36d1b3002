using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;
using Microsoft.Playwright;

namespace LmDeploy.Browser.Tests;

/// <summary>What the chat asks whom, what it keeps, and what it says while it waits.</summary>
[Collection(SharedBrowser.Name)]
public sealed class ConversationTests(Chromium chromium)
{
    [BrowserFact]
    public async Task FirstHello_LoadsOneModel()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}", Repository.Boulder);
        await using var visit = await Visit.StartAsync(chromium, server);
        await visit.OpenChatAsync();
        await Assertions.Expect(visit.ById("chat-model-1")).ToBeHiddenAsync();

        await visit.AskAsync("hello");

        var models = (await server.GetAsync("/v1/models")).Body.GetProperty("data").EnumerateArray();
        models.Select(model => model.GetProperty("state").GetString()).ShouldBe(["ready", "unloaded"]);
        visit.ShouldBeClean();
    }

    [BrowserFact]
    public async Task Reload_KeepsTheConversationAndItsSettings()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}", Repository.Boulder, Repository.Cairn);
        var answers = new Scripted { Pieces = ["It is **", "4**."] };
        await using var visit = await Visit.StartAsync(chromium, server, prepare: answers.AnswerAsync);
        await visit.OpenChatAsync();
        await visit.ById("chat-model-0").SelectOptionAsync("boulder");
        await visit.Button("Compare side by side").ClickAsync();
        await visit.ById("chat-model-1").SelectOptionAsync("cairn");
        await visit.Page.GetByText("System prompt").ClickAsync();
        await visit.Page.GetByLabel("System prompt").FillAsync("Answer briefly.");
        await visit.Page.GetByLabel("Max tokens").FillAsync("77");
        await visit.Page.GetByLabel("Temperature").FillAsync("0.3");
        await visit.AskAsync("What is 2 + 2?");
        await visit.Page.GetByLabel("Message").FillAsync("A draft");

        await visit.Page.ReloadAsync();

        await visit.ChatReadyAsync();
        foreach (var side in new[] { 0, 1 })
        {
            await Visit.SeeAsync(visit.ById($"chat-answers-{side}").Locator(".asked"), "What is 2 + 2?");
            await Visit.SeeAsync(visit.ById($"chat-answers-{side}").Locator(".text strong"), "4");
            await Visit.SeeAsync(visit.ById($"chat-answers-{side}").Locator(".figures-line"), "first token ");
        }

        await Assertions.Expect(visit.ById("chat-model-0")).ToHaveValueAsync("boulder");
        await Assertions.Expect(visit.ById("chat-model-1")).ToHaveValueAsync("cairn");
        await Assertions.Expect(visit.Page.GetByLabel("System prompt")).ToHaveValueAsync("Answer briefly.");
        await Assertions.Expect(visit.Page.GetByLabel("Message")).ToHaveValueAsync("A draft");
        await visit.AskAsync("And 3 + 3?");
        answers.Bodies.Count.ShouldBe(4);
        foreach (var (body, model) in answers.Bodies.Skip(2).Zip(["boulder", "cairn"]))
        {
            body.GetProperty("model").GetString().ShouldBe(model);
            body.GetProperty("max_tokens").GetInt32().ShouldBe(77);
            body.GetProperty("temperature").GetDouble().ShouldBe(0.3);
            Said(body).ShouldBe(["system: Answer briefly.", "user: What is 2 + 2?", "assistant: It is **4**.", "user: And 3 + 3?"]);
        }

        await visit.Button("New conversation").ClickAsync();
        await visit.Page.ReloadAsync();
        await visit.ChatReadyAsync();
        (await visit.Page.Locator(".asked, .answer").CountAsync()).ShouldBe(0);
        await visit.AskAsync("Hello");
        Said(answers.Bodies[^1]).ShouldBe(["system: Answer briefly.", "user: Hello"]);
        visit.ShouldBeClean();
    }

    [BrowserFact]
    public async Task ReloadDuringAnAnswer_SaysThatItWasInterrupted()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        var opened = new TaskCompletionSource();
        var answers = new Scripted { Gate = opened.Task };
        await using var visit = await Visit.StartAsync(chromium, server, prepare: answers.AnswerAsync);
        await visit.OpenChatAsync();
        await visit.Page.GetByLabel("Message").FillAsync("Hello");
        await visit.Page.GetByLabel("Message").PressAsync("Enter");
        await Visit.SeeAsync(visit.ById("chat-status"), "Answering");

        await visit.Page.ReloadAsync();

        await Visit.SeeAsync(visit.ById("chat-answers-0").Locator(".figures-line"), "interrupted");
        (await visit.Page.Locator(".answer[aria-busy]").CountAsync()).ShouldBe(0);
    }

    [BrowserFact]
    public async Task ModelThatLoads_IsSaidWithTheStageOfItsLoad()
    {
        var opened = new TaskCompletionSource();
        var answers = new Scripted { Gate = opened.Task };
        var (state, progress) = ("unloaded", "null");
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        await using var visit = await Visit.StartAsync(chromium, server, prepare: async page =>
        {
            await answers.AnswerAsync(page);
            await page.RouteAsync("**/v1/pipelines", async route =>
            {
                var answer = await route.FetchAsync();
                var body = (await answer.TextAsync()).Replace("\"state\":\"unloaded\"", $"\"state\":\"{state}\"", StringComparison.Ordinal)
                    .Replace("\"progress\":null", $"\"progress\":{progress}", StringComparison.Ordinal);
                await route.FulfillAsync(new RouteFulfillOptions { Response = answer, Body = body });
            });
        });
        await visit.OpenChatAsync();
        await visit.Page.GetByLabel("Message").FillAsync("Hello");
        await visit.Page.GetByLabel("Message").PressAsync("Enter");
        var figures = visit.ById("chat-answers-0").Locator(".figures-line");
        await Assertions.Expect(figures).ToHaveTextAsync("Loading pebble ...");

        (state, progress) = ("loading", """{"stage":"loading","loaded_bytes":1048576,"total_bytes":4194304}""");
        await Assertions.Expect(figures).ToHaveTextAsync("Loading pebble ... reading weights, 1.00 MiB of 4.00 MiB");
        await visit.OpenModelsAsync();
        await Visit.SeeAsync(visit.Model("pebble"), "reading weights, 1.00 MiB of 4.00 MiB");
        (state, progress) = ("ready", "null");
        await Assertions.Expect(figures).ToHaveTextAsync("Waiting for the first token");
        opened.SetResult();
        await Assertions.Expect(figures).ToContainTextAsync("first token ");
        visit.ShouldBeClean();
    }

    private static string[] Said(JsonElement body) =>
        [.. body.GetProperty("messages").EnumerateArray().Select(message => $"{message.GetProperty("role")}: {message.GetProperty("content")}")];
}
