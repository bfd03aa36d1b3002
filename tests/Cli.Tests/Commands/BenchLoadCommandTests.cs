using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace LmDeploy.Cli.Tests.Commands;

public sealed class BenchLoadCommandTests : CommandTestBase
{
    [Fact]
    public async Task Load_ShowsEachRound()
    {
        var asked = new List<V1.LoadFormat>();
        Fake.OnHold = async holding =>
        {
            asked.Add(holding.Open.Engine.LoadFormat);
            await holding.BecomeReadyAsync(new V1.ModelInfo { ReadBytes = 16L << 30, WeightTime = Duration.FromTimeSpan(TimeSpan.FromSeconds(0.5)) });
            await holding.WaitForHalfCloseAsync();
            await holding.ReleaseAsync();
        };
        (await RunAsync("bench", "load", "model", "--rounds", "2", "--load-format", "dummy", "--json", PathOf("o.json"))).ShouldBe(0);
        asked.ShouldBe([V1.LoadFormat.Dummy, V1.LoadFormat.Dummy]);
        Out.ToString().ShouldContain("16.0 GiB");
        Out.ToString().ShouldContain("34.36");
        using var json = JsonDocument.Parse(File.ReadAllText(PathOf("o.json")));
        var figures = json.RootElement.GetProperty("figures");
        figures.GetArrayLength().ShouldBe(2);
        var round = figures[0];
        round.GetProperty("read_bytes").GetInt64().ShouldBe(16L << 30);
        round.GetProperty("weight_seconds").GetDouble().ShouldBe(0.5);
        round.GetProperty("read_bytes_per_second").GetDouble().ShouldBe(2.0 * (16L << 30));
        round.GetProperty("ready_seconds").GetDouble().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Load_IsAShareOfTheBus()
    {
        Fake.OnHold = async holding =>
        {
            await holding.BecomeReadyAsync(new V1.ModelInfo { ReadBytes = 20_000_000_000, WeightTime = Duration.FromTimeSpan(TimeSpan.FromSeconds(0.5)) });
            await holding.WaitForHalfCloseAsync();
            await holding.ReleaseAsync();
        };
        (await RunAsync("bench", "load", "model", "--rounds", "1", "--ceilings", "--json", PathOf("o.json"))).ShouldBe(0);
        Out.ToString().ShouldContain("80 %");
        using var json = JsonDocument.Parse(File.ReadAllText(PathOf("o.json")));
        json.RootElement.GetProperty("figures")[0].GetProperty("read_share_of_limit").GetDouble().ShouldBe(0.8, 1e-9);
    }

    [Theory]
    [InlineData("--load-format", "pickle")]
    [InlineData("--rounds", "0")]
    public async Task Load_RefusesWhatCannotBeMeant(string flag, string value) =>
        (await RunAsync("bench", "load", "model", flag, value)).ShouldBe(2);
}
