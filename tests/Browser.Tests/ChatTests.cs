using System.Text;
using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;
using Microsoft.Playwright;

namespace LmDeploy.Browser.Tests;

/// <summary>Talks on the page.</summary>
[Collection(SharedBrowser.Name)]
public sealed class ChatTests(Chromium chromium)
{
    [BrowserFact]
    public async Task TwoModels_AnswerSideBySideWithTheirSpeeds()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}", Repository.Boulder);
        await using var visit = await Visit.StartAsync(chromium, server, prepare: page => page.RouteAsync("**/v1/chat/completions", AskForMoreAsync));
        await visit.OpenChatAsync();
        await visit.Button("Compare side by side").ClickAsync();
        await visit.Page.GetByLabel("Temperature").FillAsync("0");
        await visit.Page.GetByLabel("Message").FillAsync("What is 17 + 25?");
        await visit.Button("Send").ClickAsync();

        await Visit.SeeAsync(visit.ById("chat-status"), "Answered");

        foreach (var (side, model) in new[] { (0, "pebble"), (1, "boulder") })
        {
            var answer = visit.ById($"chat-answers-{side}").Locator(".answer");
            await Visit.SeeAsync(answer.Locator("h3"), model);
            await Visit.SeeAsync(answer.Locator(".figures-line"), "first token ");
            await Visit.SeeAsync(answer.Locator(".figures-line"), "tokens/s");
            (await answer.Locator(".text").InnerTextAsync()).ShouldNotBeEmpty();
        }

        visit.ShouldBeClean();
    }

    [BrowserFact]
    public async Task Escape_StopsAnAnswer()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        await using var visit = await Visit.StartAsync(chromium, server);
        // An answer that has begun and does not end by itself.
        await visit.Page.EvaluateAsync(
            """
            () => {
              const begun = 'data: {"choices":[{"index":0,"delta":{"content":"<img src=x> begun"}}]}\n\n';
              const ask = window.fetch;
              window.fetch = (path, options) => path !== "v1/chat/completions" ? ask(path, options) : Promise.resolve(new Response(new ReadableStream({
                start(stream) {
                  stream.enqueue(new TextEncoder().encode(begun));
                  options.signal.addEventListener("abort", () => stream.error(options.signal.reason));
                },
              })));
            }
            """);
        await visit.OpenChatAsync();
        await visit.Page.GetByLabel("Message").FillAsync("Go on for ever");
        await visit.Page.GetByLabel("Message").PressAsync("Enter");
        await Visit.SeeAsync(visit.ById("chat-answers-0").Locator(".text"), "<img src=x> begun");

        await visit.Page.Keyboard.PressAsync("Escape");

        await Visit.SeeAsync(visit.ById("chat-answers-0").Locator(".figures-line"), "stopped");
        await Visit.SeeAsync(visit.ById("chat-status"), "Stopped");
        (await visit.ById("chat-answers-0").Locator("img").CountAsync()).ShouldBe(0, "an answer is no markup");
        visit.ShouldBeClean();
    }

    [BrowserFact]
    public async Task Keyboard_LoadsAModelAndTalksWithIt()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        await using var visit = await Visit.StartAsync(chromium, server);
        await Visit.SeeAsync(visit.Model("pebble").Locator(".state"), "not loaded");

        await TabToAsync(visit, "Load pebble");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Visit.SeeAsync(visit.Model("pebble").Locator(".state"), "ready");
        (await FocusedAsync(visit)).ShouldBe("Load pebble", "the focus stays where it was");
        await TabToAsync(visit, "Chat", isBackwards: true);
        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.ById("chat-view")).ToBeVisibleAsync();
        await TabToAsync(visit, "Message");
        await visit.Page.Keyboard.TypeAsync("Hello");
        await visit.Page.Keyboard.PressAsync("Enter");

        await Visit.SeeAsync(visit.ById("chat-status"), "Answered");
        await Visit.SeeAsync(visit.ById("chat-answers-0").Locator(".figures-line"), "first token ");
        visit.ShouldBeClean();
    }

    /// <summary>The sample models say little, and a speed is told of answers with some tokens.</summary>
    private static Task AskForMoreAsync(IRoute route) =>
        route.ContinueAsync(new RouteContinueOptions
        {
            PostData = Encoding.UTF8.GetBytes(route.Request.PostData!.Replace("{\"model\"", "{\"ignore_eos\":true,\"model\"", StringComparison.Ordinal)),
        });

    /// <summary>Presses Tab until an element of a name has the focus; every one on the way has to show that it has it.</summary>
    private static async Task TabToAsync(Visit visit, string name, bool isBackwards = false)
    {
        const int Most = 40;
        var seen = new List<string>();
        while (seen.Count < Most)
        {
            await visit.Page.Keyboard.PressAsync(isBackwards ? "Shift+Tab" : "Tab");
            seen.Add(await FocusedAsync(visit));
            (await visit.Page.EvaluateAsync<string>("() => getComputedStyle(document.activeElement).outlineStyle")).ShouldBe(
                "solid", $"the focus on {seen[^1]} is seen");
            if (seen[^1] == name)
            {
                return;
            }
        }

        throw new InvalidOperationException($"Tab does not come to {name}: {string.Join(", ", seen)}");
    }

    private static Task<string> FocusedAsync(Visit visit) => visit.Page.EvaluateAsync<string>(
        "() => { const at = document.activeElement; return (at.getAttribute('aria-label') ?? at.labels?.[0]?.firstChild.textContent ?? "
            + "at.textContent).trim(); }");
}
