using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;
using Microsoft.Playwright;

namespace LmDeploy.Browser.Tests;

/// <summary>Small screens and dark rooms.</summary>
[Collection(SharedBrowser.Name)]
public sealed class AppearanceTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Phone_NeedsNoScrollingToTheSide()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}", Repository.Boulder);
        await using var visit = await Visit.StartAsync(chromium, server, width: 360, height: 740);
        await visit.LoadAsync("pebble");
        (await OverflowAsync(visit)).ShouldBe(0);

        await visit.OpenChatAsync();
        await visit.Page.GetByLabel("Message").FillAsync(new string('x', 200));
        await visit.Page.GetByLabel("Message").PressAsync("Enter");
        await Visit.SeeAsync(visit.ById("chat-status"), "Answered");
        (await OverflowAsync(visit)).ShouldBe(0);
        visit.ShouldBeClean();
    }

    [BrowserFact]
    public async Task Dark_IsDark()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        await using var light = await Visit.StartAsync(chromium, server);
        await using var dark = await Visit.StartAsync(chromium, server, colors: ColorScheme.Dark);
        await Visit.SeeAsync(light.Model("pebble").Locator(".state"), "not loaded");
        await Visit.SeeAsync(dark.Model("pebble").Locator(".state"), "not loaded");

        (await BrightnessAsync(light, "backgroundColor")).ShouldBeGreaterThan(200);
        (await BrightnessAsync(light, "color")).ShouldBeLessThan(80);
        (await BrightnessAsync(dark, "backgroundColor")).ShouldBeLessThan(50);
        (await BrightnessAsync(dark, "color")).ShouldBeGreaterThan(180);
        (await light.Page.ScreenshotAsync()).ShouldNotBe(await dark.Page.ScreenshotAsync());
    }

    private static Task<int> OverflowAsync(Visit visit) =>
        visit.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");

    private static Task<double> BrightnessAsync(Visit visit, string color) => visit.Page.EvaluateAsync<double>(
        "color => getComputedStyle(document.body)[color].match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3",
        color);
}
