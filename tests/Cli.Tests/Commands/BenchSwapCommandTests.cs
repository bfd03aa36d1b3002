using System.Text.Json;

namespace LmDeploy.Cli.Tests.Commands;

public sealed class BenchSwapCommandTests : CommandTestBase
{
    [Fact]
    public async Task Swap_TakesTurns_WithAndWithoutStandby()
    {
        (await RunAsync("bench", "swap", "/one", "/two", "--rounds", "2", "--standby", "--standby-cuda", "--json", PathOf("o.json"))).ShouldBe(0);

        Started.Select(options => (options.StandbyWorkers, options.StandbyCuda)).ShouldBe([(0, false), (1, false), (1, true)]);
        Fake.Opened.Select(open => open.Model).ShouldBe(Enumerable.Repeat<string[]>(["/one", "/two", "/one"], 3).SelectMany(models => models));
        Fake.Released.ShouldBe(9);
        using var json = JsonDocument.Parse(File.ReadAllText(PathOf("o.json")));
        var figures = json.RootElement.GetProperty("figures").EnumerateArray().ToList();
        figures.Select(row => (row.GetProperty("standby").GetInt32(), row.GetProperty("standby_cuda").GetInt32())).ShouldBe(
            [(0, 0), (0, 0), (1, 0), (1, 0), (1, 1), (1, 1)]);
        figures.ShouldAllBe(row => row.GetProperty("closed_ms").GetDouble() <= row.GetProperty("ready_ms").GetDouble()
            && row.GetProperty("ready_ms").GetDouble() <= row.GetProperty("first_token_ms").GetDouble());
    }

    [Fact]
    public async Task Swap_OfOneModelLoadsItAgain()
    {
        (await RunAsync("bench", "swap", "/one", "--rounds", "1")).ShouldBe(0);
        Fake.Opened.Select(open => open.Model).ShouldBe(["/one", "/one"]);
    }

    [Fact]
    public async Task Swap_WaitsUntilAWorkerStandsBy()
    {
        var asked = 0;
        Fake.OnGetInfo = () => new V1.HostInfo { StandbyWorkers = ++asked < 3 ? 0 : 1 };
        (await RunAsync("bench", "swap", "/one", "--rounds", "1", "--standby")).ShouldBe(0);
        asked.ShouldBe(4, "three times before the first model, once before the swap");
    }

    [Fact]
    public async Task Swap_RefusesNoRounds() => (await RunAsync("bench", "swap", "/one", "--rounds", "0")).ShouldBe(2);
}
