using System.Net;
using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;
using Microsoft.Playwright;

namespace LmDeploy.Browser.Tests;

/// <summary>Who sees what, and what browsers are told about the page.</summary>
[Collection(SharedBrowser.Name)]
public sealed class AccessTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Key_IsAskedFor_APlainOneChatsAndAnAdminsShowsAll()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}", "--api-key", "plain-key", "--admin-key", "admin-key");
        await using var visit = await Visit.StartAsync(chromium, server);
        await Visit.SeeAsync(visit.ById("access-text"), "This server needs an API key");
        await Assertions.Expect(visit.ById("models-view")).ToBeHiddenAsync();
        await Assertions.Expect(visit.Button("Sign out")).ToBeHiddenAsync();
        await SignInAsync(visit, "wrong");
        await Visit.SeeAsync(visit.ById("access-text"), "Wrong key");
        (await visit.Page.Locator("body").InnerTextAsync()).ShouldNotContain("Bearer");

        await SignInAsync(visit, "plain-key");
        await visit.ChatReadyAsync();
        await Assertions.Expect(visit.ById("access")).ToBeHiddenAsync();
        await visit.AskAsync("Hello");
        await Visit.SeeAsync(visit.ById("chat-answers-0").Locator(".figures-line"), "first token ");
        await visit.OpenModelsAsync();
        await Visit.SeeAsync(visit.Model("pebble").Locator(".state"), "ready");
        await Visit.SeeAsync(visit.ById("models-view"), "Loading and unloading models, and the state of workers, need an admin key");
        (await visit.Page.Locator("#models-view button:visible").CountAsync()).ShouldBe(0, "no button that the key may not use");

        await visit.Button("Sign out").ClickAsync();
        await Visit.SeeAsync(visit.ById("access-text"), "This server needs an API key");
        (await visit.Page.EvaluateAsync<int>("() => sessionStorage.length")).ShouldBe(0, "neither the key nor the conversation is left");
        await SignInAsync(visit, "admin-key");
        await visit.OpenModelsAsync();
        await Visit.SeeAsync(visit.Model("pebble").Locator(".state"), "ready");
        await Assertions.Expect(visit.Button("Unload pebble")).ToBeVisibleAsync();
        (await visit.Page.EvaluateAsync<string>("() => sessionStorage.getItem('lmdeploy-key')")).ShouldBe("admin-key");
        (await visit.Page.EvaluateAsync<int>("() => localStorage.length")).ShouldBe(0);
    }

    /// <summary>Keys may be replaced while the page is open.</summary>
    [BrowserFact]
    public async Task KeyThatIsRevoked_IsAskedForAgain()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}", "--api-key", "plain-key");
        await using var visit = await Visit.StartAsync(chromium, server);
        await SignInAsync(visit, "plain-key");
        await visit.ChatReadyAsync();
        await visit.Page.EvaluateAsync("() => sessionStorage.setItem('lmdeploy-key', 'old')");

        await visit.Page.GetByLabel("Message").FillAsync("Hello");
        await visit.Page.GetByLabel("Message").PressAsync("Enter");

        await Visit.SeeAsync(visit.ById("access-text"), "Wrong key");
        (await visit.ById("chat-answers-0").TextContentAsync()).ShouldNotBeNull().ShouldNotContain("Bearer");
    }

    [Fact]
    public async Task Files_ComeWithoutAKeyAndWithWhatBrowsersHaveToKnow()
    {
        await using var server = await Server.StartAsync("--api-key", "plain-key");
        foreach (var (path, type) in new[]
        {
            ("/", "text/html; charset=utf-8"),
            ("/page/page.css", "text/css; charset=utf-8"),
            ("/page/app.js", "text/javascript; charset=utf-8"),
            ("/page/markdown.js", "text/javascript; charset=utf-8"),
            ("/page/answer.css", "text/css; charset=utf-8"),
            ("/page/icon.svg", "image/svg+xml"),
        })
        {
            using var answer = await server.Http.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            answer.Content.Headers.ContentType!.ToString().ShouldBe(type);
            answer.Headers.CacheControl!.NoCache.ShouldBeTrue();
            answer.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'self';");
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            answer.Headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);

            using var again = new HttpRequestMessage(HttpMethod.Get, path);
            again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
            using var same = await server.Http.SendAsync(again);
            same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
            (await same.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        }

        (await server.GetAsync("/page/absent.js")).Status.ShouldBe(404);
        (await server.GetAsync("/v1/pipelines")).Status.ShouldBe(401);
    }

    private static async Task SignInAsync(Visit visit, string key)
    {
        await visit.Page.GetByLabel("API key").FillAsync(key);
        await visit.Button("Sign in").ClickAsync();
    }
}
