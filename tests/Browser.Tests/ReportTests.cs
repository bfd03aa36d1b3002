using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;
using Microsoft.Playwright;

namespace LmDeploy.Browser.Tests;

/// <summary>Reads a report that <c>lmdeploy compare</c> wrote.</summary>
[Collection(SharedBrowser.Name)]
public sealed class ReportTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Report_ShowsTheNumbersOfTheJson_AndFindsWhereModelsDiffer()
    {
        await using var sandbox = new Sandbox();
        var (report, json) = (Path.Combine(sandbox.Folder, "report.html"), Path.Combine(sandbox.Folder, "report.json"));
        var compared = await Command.RunAsync(
            sandbox, "compare", Repository.Pebble, Repository.Cobble, "--eval", Repository.Evaluation, "--limit", "40", "--report", report, "--json", json);
        compared.ExitCode.ShouldBe(0, compared.Errors);
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        var models = document.RootElement.GetProperty("models").EnumerateArray().ToList();
        await using var context = await chromium.Browser.NewContextAsync();
        var page = await context.NewPageAsync();
        var complaints = new List<string>();
        page.Console += (_, message) => complaints.Add(message.Text);
        page.PageError += (_, error) => complaints.Add(error);
        var requests = new List<string>();
        page.Request += (_, request) => requests.Add(request.Url);

        await page.GotoAsync(new Uri(report).AbsoluteUri);

        await Visit.SeeAsync(page.Locator("#title"), "eval: pebble, cobble");
        await Visit.SeeAsync(page.Locator("#findings .winner"), document.RootElement.GetProperty("findings")[0].GetString()!);
        foreach (var known in new[] { document.RootElement.GetProperty("command").GetString()!, models[0].GetProperty("libtorch").GetString()!, "greedy" })
        {
            await Visit.SeeAsync(page.Locator("#provenance"), known);
        }

        for (var i = 0; i < models.Count; i++)
        {
            var row = page.Locator("#models tbody tr").Nth(i);
            foreach (var scorer in new[] { "exact", "perplexity" })
            {
                await Visit.SeeAsync(row, Rounded(models[i].GetProperty("metrics").GetProperty(scorer).GetProperty("value").GetDouble()));
            }

            var receipt = page.Locator("#receipts tbody tr").Nth(i);
            await Visit.SeeAsync(receipt, models[i].GetProperty("receipt").GetProperty("verdict").GetString()!);
            var milliseconds = models[i].GetProperty("receipt").GetProperty("milliseconds").GetDouble();
            await Visit.SeeAsync(receipt, $"{Math.Round(milliseconds, MidpointRounding.AwayFromZero)} ms");
        }

        (await page.Locator("svg").CountAsync()).ShouldBe(5);
        await Assertions.Expect(page.Locator("#questions tbody tr")).ToHaveCountAsync(40);
        await page.GetByLabel("Show").SelectOptionAsync(new SelectOptionValue { Label = "cobble alone right" });
        var alone = models[1].GetProperty("correct").GetInt32() - models[0].GetProperty("correct").GetInt32();
        (await page.Locator("#questions tbody tr").CountAsync()).ShouldBeGreaterThanOrEqualTo(alone);
        await Visit.SeeAsync(page.Locator("#count"), " of 40");
        complaints.ShouldBeEmpty();
        requests.ShouldHaveSingleItem("nothing is asked of anybody");
    }

    private static string Rounded(double value) => Math.Round(value, 4).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
