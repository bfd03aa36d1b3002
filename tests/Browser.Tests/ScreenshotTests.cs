using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;
using Microsoft.Playwright;

namespace LmDeploy.Browser.Tests;

/// <summary>The pictures of docs/serving.md.</summary>
[Collection(SharedBrowser.Name)]
public sealed class ScreenshotTests(Chromium chromium)
{
    private const int Rounds = 24;
    private const int MostBytes = 200_000;

    [ScreenshotFact]
    public async Task Pictures_AreMadeOfARealServer()
    {
        await using var server = await Server.StartAsync(Repository.Cairn, Repository.Boulder, Repository.Cobble);
        await using var light = await Visit.StartAsync(chromium, server, prepare: HideFoldersAsync);
        await using var dark = await Visit.StartAsync(chromium, server, colors: ColorScheme.Dark, prepare: HideFoldersAsync);
        await using var phone = await Visit.StartAsync(chromium, server, width: 390, height: 880, prepare: HideFoldersAsync);
        await light.LoadAsync("cobble");
        await light.LoadAsync("cairn");
        await AskAsync(server, rounds: 4, "cobble", "cairn");
        Signals.Kill(await WorkerOfAsync(server, "cairn"));
        await AskAsync(server, rounds: 4, "cobble", "cairn");
        await light.Button("Unload cobble").ClickAsync();
        await Visit.SeeAsync(light.Model("cobble").Locator(".said"), "Reclaimed");
        var asking = AskAsync(server, Rounds, "cairn", "boulder");
        await Visit.SeeAsync(light.Model("boulder").Locator(".state"), "ready");
        await AskAsync(server, Rounds / 2, "cairn", "boulder");
        await SaveAsync(light, "page-light.png");
        await SaveAsync(dark, "page-dark.png");
        await asking;
        await TalkAsync(phone, "What is the capital of Iceland?", "And of Ghana?");
        await SaveAsync(phone, "page-phone.png");
        await light.OpenChatAsync();
        await light.Button("Compare side by side").ClickAsync();
        await TalkAsync(light, "What is 17 + 25?", "What is the capital of France?");
        await SaveAsync(light, "page-chat.png");
    }

    /// <summary>Where this checkout is is nobody's business.</summary>
    private static Task HideFoldersAsync(IPage page) => page.RouteAsync("**/v1/pipelines", async route =>
    {
        var answer = await route.FetchAsync();
        await route.FulfillAsync(
            new RouteFulfillOptions { Response = answer, Body = (await answer.TextAsync()).Replace(Repository.Root, "/srv", StringComparison.Ordinal) });
    });

    private static async Task<int> WorkerOfAsync(Server server, string model) =>
        (await server.GetAsync($"/v1/pipelines/{model}")).Body.GetProperty("pipelines")[0].GetProperty("worker_pid").GetInt32();

    private static async Task AskAsync(Server server, int rounds, params string[] models)
    {
        for (var round = 0; round < rounds; round++)
        {
            await Task.WhenAll(
                models.Select(model => server.PostAsync("/v1/completions", $$"""{"model":"{{model}}","prompt":"Once","max_tokens":200,"ignore_eos":true}""")));
        }
    }

    private static async Task TalkAsync(Visit visit, params string[] questions)
    {
        await visit.OpenChatAsync();
        await visit.Page.GetByLabel("Temperature").FillAsync("0");
        foreach (var question in questions)
        {
            await visit.AskAsync(question);
        }
    }

    private static async Task SaveAsync(Visit visit, string name)
    {
        var picture = await visit.Page.ScreenshotAsync();
        picture.Length.ShouldBeLessThan(MostBytes, name);
        var folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "docs", "images")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, name), picture);
    }
}
