using System.Text.Json;

namespace LmDeploy.Cli.Tests.Commands;

public sealed class BenchServeCommandTests : CommandTestBase
{
    private void BeReady() => Fake.OnHold = async holding =>
    {
        await holding.BecomeReadyAsync(new V1.ModelInfo { SessionLen = 64, VocabSize = 100, Libtorch = "2.11.0" });
        await holding.WaitForHalfCloseAsync();
        await holding.ReleaseAsync();
    };

    [Fact]
    public async Task Serve_MeasuresEachConcurrency_AndSaysOnWhat()
    {
        BeReady();
        Fake.OnListGpus = () => new V1.ListGpusResponse { Gpus = { new V1.GpuInfo { Name = "Big One", DriverVersion = "580.1" } } };
        (await RunAsync(
            "bench", "serve", "model", "--requests", "12", "--concurrency", "2", "4", "--mean-input", "10", "--mean-output", "5", "--json",
            PathOf("o.json"))).ShouldBe(0);

        Fake.Opened[0].Engine.MaxBatchSize.ShouldBe(128);
        using var json = JsonDocument.Parse(File.ReadAllText(PathOf("o.json")));
        var machine = json.RootElement.GetProperty("machine");
        machine.GetProperty("gpus")[0].GetString().ShouldBe("Big One");
        machine.GetProperty("driver").GetString().ShouldBe("580.1");
        machine.GetProperty("libtorch").GetString().ShouldBe("2.11.0");
        machine.GetProperty("cpus").GetInt32().ShouldBe(Environment.ProcessorCount);
        json.RootElement.GetProperty("version").GetString().ShouldStartWith("0.");
        DateTimeOffset.Parse(json.RootElement.GetProperty("date").GetString()!, System.Globalization.CultureInfo.InvariantCulture).ShouldBe(
            DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
        json.RootElement.GetProperty("command").GetString().ShouldStartWith("lmdeploy bench serve model --requests 12");
        var figures = json.RootElement.GetProperty("figures");
        figures
            .EnumerateArray()
            .Select(row => (row.GetProperty("concurrency").GetInt32(), row.GetProperty("requests").GetInt32(), row.GetProperty("failed").GetInt32()))
            .ShouldBe([(2, 12, 0), (4, 12, 0)]);
        figures[0].GetProperty("latency_ms_p99").GetDouble().ShouldBeGreaterThanOrEqualTo(figures[0].GetProperty("first_token_ms_p50").GetDouble());
    }

    [Fact]
    public async Task Serve_LetsAsManyRunAsAreSent()
    {
        BeReady();
        (await RunAsync("bench", "serve", "model", "--requests", "2", "--concurrency", "300", "--mean-input", "10", "--mean-output", "5")).ShouldBe(0);
        Fake.Opened[0].Engine.MaxBatchSize.ShouldBe(300);
    }

    [Fact]
    public async Task Serve_FailsWhereARequestDid()
    {
        BeReady();
        Fake.OnGenerate = (_, _, _) => throw FakeSupervisor.Fail("queue_full", "4 requests wait.");
        (await RunAsync("bench", "serve", "model", "--requests", "3", "--concurrency", "2", "--json", PathOf("o.json"))).ShouldBe(1);
        Error.ToString().ShouldContain("queue_full: 4 requests wait.");
        using var json = JsonDocument.Parse(File.ReadAllText(PathOf("o.json")));
        json.RootElement.GetProperty("figures")[0].GetProperty("failed").GetInt32().ShouldBe(3);
        json.RootElement.GetProperty("figures")[0].GetProperty("latency_ms_p50").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Serve_KeepsTheKeyOutOfTheFigures()
    {
        (await RunAsync(
            "bench", "serve", "model", "--url", "http://127.0.0.1:1/v1", "--api-key", "hush", "--requests", "1", "--concurrency", "1", "--json",
            PathOf("o.json"))).ShouldBe(1);
        var json = File.ReadAllText(PathOf("o.json"));
        json.ShouldNotContain("hush");
        json.ShouldContain("--api-key ***");
        Fake.Opened.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("--requests", "0")]
    [InlineData("--concurrency", "0")]
    [InlineData("--mean-input", "0")]
    [InlineData("--mean-output", "-3")]
    [InlineData("--rate", "0")]
    [InlineData("--url", "localhost:8000")]
    public async Task Serve_RefusesWhatCannotBeMeant(string flag, string value)
    {
        (await RunAsync("bench", "serve", "model", flag, value)).ShouldBe(2);
        Error.ToString().ShouldContain(flag);
    }
}
