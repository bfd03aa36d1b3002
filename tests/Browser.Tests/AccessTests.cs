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
        await Visit.SeeAsync(visit.ById("access-text"), "An API key is needed");
        await visit.Page.GetByLabel("Key", new PageGetByLabelOptions { Exact = true }).FillAsync("wrong");
        await visit.Button("Use this key").ClickAsync();
        await Visit.SeeAsync(visit.ById("access-text"), "not one of this server's");

        await visit.Page.GetByLabel("Key", new PageGetByLabelOptions { Exact = true }).FillAsync("plain-key");
        await visit.Button("Use this key").ClickAsync();
        await Visit.SeeAsync(visit.ById("access-text"), "shown to admin keys");
        await visit.ChatReadyAsync();
        await visit.Page.GetByLabel("Message").FillAsync("Hello");
        await visit.Page.GetByLabel("Message").PressAsync("Enter");
        await Visit.SeeAsync(visit.ById("chat-answers-0").Locator(".figures-line"), "first token ");

        await visit.Page.GetByLabel("Key", new PageGetByLabelOptions { Exact = true }).FillAsync("admin-key");
        await visit.Button("Use this key").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Models" }).ClickAsync();
        await Visit.SeeAsync(visit.Model("pebble").Locator(".state"), "ready");
        (await visit.ById("access").IsVisibleAsync()).ShouldBeFalse();
        (await visit.Page.EvaluateAsync<string>("() => sessionStorage.getItem('lmdeploy-key')")).ShouldBe("admin-key");
        (await visit.Page.EvaluateAsync<int>("() => localStorage.length")).ShouldBe(0);
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
}
