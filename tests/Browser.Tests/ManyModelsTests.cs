using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;
using Microsoft.Playwright;

namespace LmDeploy.Browser.Tests;

/// <summary>A server of fifty models.</summary>
[Collection(SharedBrowser.Name)]
public sealed class ManyModelsTests(Chromium chromium)
{
    private const int Count = 50;
    private const int Shown = 12;

    [BrowserFact]
    public async Task FiftyModels_AreFilteredAndShownInPart()
    {
        await using var server = await StartAsync();
        await using var visit = await Visit.StartAsync(chromium, server);
        var cards = visit.Page.Locator("#models-list .model");
        await Assertions.Expect(cards).ToHaveCountAsync(Shown);
        await Visit.SeeAsync(visit.ById("models-count"), "12 of 50 models");

        await visit.Page.GetByLabel("Filter").FillAsync("PEBBLE-4");
        await Assertions.Expect(cards).ToHaveCountAsync(11); // 4 and 40 to 49
        await visit.Page.GetByLabel("Filter").FillAsync("47");
        await visit.LoadAsync("team/pebble-47");
        await visit.Page.GetByLabel("Filter").FillAsync("");
        await Visit.SeeAsync(cards.First, "team/pebble-47");
        await visit.Page.GetByLabel("State").SelectOptionAsync("ready");
        await Assertions.Expect(cards).ToHaveCountAsync(1);
        await visit.Page.GetByLabel("Filter").FillAsync("nothing");
        await Visit.SeeAsync(visit.ById("models-count"), "No model matches");
        await visit.Page.GetByLabel("Filter").FillAsync("");
        await visit.Page.GetByLabel("State").SelectOptionAsync("");
        await visit.Button("Show all 50").ClickAsync();
        await Assertions.Expect(cards).ToHaveCountAsync(Count);
        visit.ShouldBeClean();
    }

    [BrowserFact]
    public async Task FiftyModels_AreFoundInTheChat()
    {
        await using var server = await StartAsync();
        var answers = new Scripted();
        await using var visit = await Visit.StartAsync(chromium, server, prepare: answers.AnswerAsync);
        await visit.OpenChatAsync();
        await Assertions.Expect(visit.ById("chat-model-0").Locator("option")).ToHaveCountAsync(Count);

        await visit.Page.GetByLabel("Find a model").FillAsync("team 33");

        await Assertions.Expect(visit.ById("chat-model-0")).ToHaveValueAsync("team/pebble-33");
        await visit.Page.GetByLabel("Find a model").FillAsync("nothing");
        await Assertions.Expect(visit.ById("chat-model-0")).ToHaveValueAsync("team/pebble-33");
        await visit.Page.GetByLabel("Find a model").FillAsync("");
        await Assertions.Expect(visit.ById("chat-model-0").Locator("option")).ToHaveCountAsync(Count);
        await visit.AskAsync("Hello");
        answers.Bodies[0].GetProperty("model").GetString().ShouldBe("team/pebble-33");
        visit.ShouldBeClean();
    }

    [BrowserFact]
    public async Task FewModels_NeedNoFilter()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}", Repository.Boulder);
        await using var visit = await Visit.StartAsync(chromium, server);
        await Visit.SeeAsync(visit.Model("boulder").Locator(".state"), "not loaded");

        await Assertions.Expect(visit.Page.GetByLabel("Filter")).ToBeHiddenAsync();
        await visit.OpenChatAsync();
        await Assertions.Expect(visit.Page.GetByLabel("Find a model")).ToBeHiddenAsync();
    }

    private static Task<Server> StartAsync() =>
        Server.StartAsync([.. Enumerable.Range(0, Count).Select(index => $"team/pebble-{index}={Repository.Pebble}")]);
}
