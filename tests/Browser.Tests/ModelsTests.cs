using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;
using Microsoft.Playwright;

namespace LmDeploy.Browser.Tests;

/// <summary>Models that are watched, loaded and unloaded on the page.</summary>
[Collection(SharedBrowser.Name)]
public sealed class ModelsTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Load_ShowsTheWorkerAndWhatItHolds()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}", Repository.Boulder);
        await using var visit = await Visit.StartAsync(chromium, server);
        await Visit.SeeAsync(visit.Model("pebble").Locator(".state"), "not loaded");
        await Visit.SeeAsync(visit.Model("boulder").Locator(".state"), "not loaded");

        await visit.LoadAsync("pebble");

        var pid = server.Sandbox.Workers.Single();
        await Visit.SeeAsync(visit.Model("pebble"), $"pid {pid}");
        await Visit.SeeAsync(visit.ById("memory-legend"), $"pebble, pid {pid}");
        await Visit.SeeAsync(visit.ById("total-memory"), "MiB");
        await Visit.SeeAsync(visit.Model("boulder").Locator(".state"), "not loaded");
        (await visit.ById("memory-chart").Locator("path").CountAsync()).ShouldBe(1);
        visit.ShouldBeClean();
    }

    [BrowserFact]
    public async Task KilledWorker_IsShownWithItsCauseAndItsSuccessor()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        await using var visit = await Visit.StartAsync(chromium, server);
        await visit.LoadAsync("pebble");
        var pid = server.Sandbox.Workers.Single();

        Signals.Kill(pid);

        await Visit.SeeAsync(visit.Model("pebble").Locator(".deaths"), $"Worker {pid} killed from outside (SIGKILL) while idle");
        await Visit.SeeAsync(visit.ById("total-restarts"), "1");
        await Visit.SeeAsync(visit.Model("pebble").Locator(".state"), "ready");
        await Visit.SeeAsync(visit.ById("memory-legend"), "gone");
        visit.ShouldBeClean();
    }

    [BrowserFact]
    public async Task RestartAndUnload_ShowTheReceipts()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        await using var visit = await Visit.StartAsync(chromium, server);
        await visit.LoadAsync("pebble");

        await visit.Button("Restart pebble").ClickAsync();
        await Visit.SeeAsync(visit.Model("pebble").Locator(".said"), "Reclaimed: ");
        var first = server.Sandbox.Workers.Single();
        await Visit.SeeAsync(visit.Model("pebble"), $"pid {first}");
        await visit.Button("Unload pebble").ClickAsync();

        await Visit.SeeAsync(visit.Model("pebble").Locator(".state"), "not loaded");
        await Visit.SeeAsync(visit.Model("pebble").Locator(".said"), "nothing left");
        await Visit.SeeAsync(visit.ById("receipts"), $"pebble pid {first}");
        (await visit.ById("receipts").Locator("li").CountAsync()).ShouldBe(2);
        server.Sandbox.Workers.ShouldBeEmpty();
        visit.ShouldBeClean();
    }

    [BrowserFact]
    public async Task Form_LoadsAFolderAndSaysWhyItCannot()
    {
        await using var server = await Server.StartAsync();
        await using var visit = await Visit.StartAsync(chromium, server);
        await visit.Page.GetByLabel("Folder on the server").FillAsync("/nowhere/at/all");
        await visit.Button("Load").ClickAsync();
        await Visit.SeeAsync(visit.ById("load-status"), "There is no model folder /nowhere/at/all");

        await visit.Page.GetByLabel("Folder on the server").FillAsync(Repository.Boulder);
        await visit.Page.GetByLabel("Name", new PageGetByLabelOptions { Exact = true }).FillAsync("<b>big</b>");
        await visit.Page.GetByLabel("Pin").CheckAsync();
        await visit.Button("Load").ClickAsync();

        await Visit.SeeAsync(visit.ById("load-status"), "is loaded");
        await Visit.SeeAsync(visit.Model("<b>big</b>"), "pinned");
        await Visit.SeeAsync(visit.Model("<b>big</b>").Locator(".state"), "ready");
        (await visit.Page.Locator("b").CountAsync()).ShouldBe(0, "a name is no markup");
    }

    [BrowserFact]
    public async Task FailedModel_ShowsTheReason_AndIsRetriedAndRemoved()
    {
        var folder = Directory.CreateTempSubdirectory("lmd-broken-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), "{");
        await using var server = await Server.StartAsync($"broken={folder}");
        await using var visit = await Visit.StartAsync(chromium, server);
        await Visit.SeeAsync(visit.Model("broken").Locator(".state"), "not loaded");

        await visit.Button("Load broken").ClickAsync();
        await Visit.SeeAsync(visit.Model("broken").Locator(".state"), "failed");
        await Visit.SeeAsync(visit.Model("broken").Locator(".reason"), "invalid_config: ");
        foreach (var file in Directory.GetFiles(Repository.Pebble))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        await visit.Button("Retry broken").ClickAsync();
        await Visit.SeeAsync(visit.Model("broken").Locator(".state"), "ready");
        await Assertions.Expect(visit.Model("broken").Locator(".reason")).ToBeHiddenAsync();

        await visit.Button("Unload broken").ClickAsync();
        await Visit.SeeAsync(visit.Model("broken").Locator(".state"), "not loaded");
        await visit.Button("Remove broken").ClickAsync();
        await Assertions.Expect(visit.Model("broken")).ToHaveCountAsync(0);
        Directory.Delete(folder, recursive: true);
    }

    [BrowserFact]
    public async Task Log_OpensFollowsAndClosesWithEscape()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        await using var visit = await Visit.StartAsync(chromium, server);
        await visit.LoadAsync("pebble");
        await visit.Button("Log of pebble").ClickAsync();
        await Visit.SeeAsync(visit.ById("logs-status"), "Following");
        await Visit.SeeAsync(visit.ById("logs-lines"), "Nothing printed");

        Signals.Kill(server.Sandbox.Workers.Single());

        await Visit.SeeAsync(visit.ById("logs-status"), "its worker is gone");
        await visit.Page.Keyboard.PressAsync("Escape");
        (await visit.ById("logs").IsVisibleAsync()).ShouldBeFalse();
        visit.ShouldBeClean();
    }

    [BrowserFact]
    public async Task HiddenTab_AsksForNothing()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        await using var visit = await Visit.StartAsync(chromium, server, prepare: page => page.Clock.InstallAsync());
        await Visit.SeeAsync(visit.Model("pebble").Locator(".state"), "not loaded");
        await Visit.SeeAsync(visit.ById("connection"), "Connected");
        (await PollsInAMinuteAsync(visit)).ShouldBeGreaterThan(10);

        await HideAsync(visit, true);
        (await PollsInAMinuteAsync(visit)).ShouldBe(0);

        await HideAsync(visit, false);
        (await PollsInAMinuteAsync(visit)).ShouldBeGreaterThan(10);
        visit.ShouldBeClean();
    }

    [BrowserFact]
    public async Task ClientsPipeline_IsShownWhileItIsHeld()
    {
        await using var server = await Server.StartAsync();
        await using var visit = await Visit.StartAsync(chromium, server);
        using var holder = Command.Start(server.Sandbox, "chat", Repository.Pebble);
        await Visit.SeeAsync(visit.ById("others"), $"held by process {holder.Id}");
        await Visit.SeeAsync(visit.ById("others").Locator(".state"), "ready");

        Signals.Kill(holder.Id);

        await Assertions.Expect(visit.ById("others-part")).ToBeHiddenAsync();
        await Visit.SeeAsync(visit.ById("receipts"), "Reclaimed");
        visit.ShouldBeClean();
    }

    [BrowserFact]
    public async Task Devices_AreShownWithWhatIsUsedOfThem()
    {
        const string Devices = """
            {"gpus":[{"index":0,"uuid":"GPU-1","name":"NVIDIA H200","total_bytes":150323855360,"used_bytes":75161927680,
            "reserved_bytes":0,"utilization_percent":87,"driver_version":"1","processes":[],"promised_bytes":85899345920,
            "quarantined_bytes":1073741824}],"unavailable":""}
            """;
        await using var server = await Server.StartAsync();
        await using var visit = await Visit.StartAsync(
            chromium, server, prepare: page => page.RouteAsync(
                "**/v1/gpus", route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "application/json", Body = Devices })));

        await Visit.SeeAsync(visit.ById("devices"), "NVIDIA H200");
        await Visit.SeeAsync(visit.ById("devices"), "70.0 GiB of 140 GiB");
        await Visit.SeeAsync(visit.ById("devices"), "87 % busy, 80.0 GiB promised, 1.00 GiB held by workers that cannot be killed");
        (await visit.ById("devices").Locator("meter").EvaluateAsync<double>("meter => meter.value / meter.max")).ShouldBe(0.5);
    }

    /// <summary>Lets a minute of the page's go by, in steps between which answers come in.</summary>
    private static async Task<int> PollsInAMinuteAsync(Visit visit)
    {
        int Polls() => visit.Requests.Count(request => request.AbsolutePath == "/v1/pipelines");
        var before = Polls();
        for (var second = 0; second < 60; second++)
        {
            await visit.Page.Clock.RunForAsync(1000);
            await visit.Page.EvaluateAsync("() => fetch('health')");
        }

        return Polls() - before;
    }

    private static Task HideAsync(Visit visit, bool isHidden) => visit.Page.EvaluateAsync(
        "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); "
            + "document.dispatchEvent(new Event('visibilitychange')); }",
        isHidden);
}
