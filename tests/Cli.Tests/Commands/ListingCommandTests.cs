using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using LmDeploy.V1;

namespace LmDeploy.Cli.Tests.Commands;

public sealed class ListingCommandTests : CommandTestBase
{
    [Fact]
    public async Task Ps_ListsWhatRunsWithoutAnsi()
    {
        Fake.OnListPipelines = () => new ListPipelinesResponse
        {
            Pipelines = { new V1.PipelineInfo
            {
                Id = "p1", Name = "cobble", Model = "/m/cobble", State = V1.PipelineState.Ready, HeldBytes = 3 << 20, PromisedBytes = 5 << 20,
                Memory = V1.MemoryKind.Rss, Uptime = Duration.FromTimeSpan(TimeSpan.FromSeconds(75)), Weights = "awq 4-bit, dequantized to float32",
                ReadBytes = 3_000_000_000, WeightTime = Duration.FromTimeSpan(TimeSpan.FromSeconds(1.5)),
            } },
        };
        (await RunAsync("ps")).ShouldBe(0);
        Out.ToString().ShouldNotContain("\u001b");
        Out.ToString().ShouldContain("3.0 MiB rss");
        Out.ToString().ShouldContain("5.0 MiB");
        Out.ToString().ShouldContain("1 min 15 s");
        Out.ToString().ShouldContain("awq 4-bit, dequantized to float32");
        Out.ToString().ShouldContain("1.50 s, 2.00 GB/s");
        (await RunAsync("ps", "--json")).ShouldBe(0);
        using var json = JsonDocument.Parse(Out.ToString()[Out.ToString().IndexOf('{')..]);
        json.RootElement.GetProperty("pipelines")[0].GetProperty("held_bytes").GetInt64().ShouldBe(3 << 20);
        json.RootElement.GetProperty("pipelines")[0].GetProperty("read_bytes").GetInt64().ShouldBe(3_000_000_000);
        json.RootElement.GetProperty("pipelines")[0].GetProperty("weight_seconds").GetDouble().ShouldBe(1.5);
        json.RootElement.GetProperty("pipelines")[0].GetProperty("promised_bytes").GetInt64().ShouldBe(5 << 20);
        json.RootElement.GetProperty("pipelines")[0].GetProperty("weights").GetString().ShouldBe("awq 4-bit, dequantized to float32");
    }

    [Fact]
    public async Task Gpu_ShowsWhatIsPromisedAndWhatIsQuarantined()
    {
        Fake.OnListGpus = () => new ListGpusResponse
        {
            Gpus =
            {
                new V1.GpuInfo { Uuid = "GPU-1", Name = "H", UsedBytes = 1 << 20, TotalBytes = 9 << 20, PromisedBytes = 7 << 20, QuarantinedBytes = 2 << 20 },
            },
        };
        (await RunAsync("gpu")).ShouldBe(0);
        Out.ToString().ShouldContain("7.0 MiB");
        Out.ToString().ShouldContain("2.0 MiB");
        (await RunAsync("gpu", "--json")).ShouldBe(0);
        using var json = JsonDocument.Parse(Out.ToString()[Out.ToString().IndexOf('{')..]);
        json.RootElement.GetProperty("gpus")[0].GetProperty("promised_bytes").GetInt64().ShouldBe(7 << 20);
        json.RootElement.GetProperty("gpus")[0].GetProperty("quarantined_bytes").GetInt64().ShouldBe(2 << 20);
    }

    [Fact]
    public async Task Ps_JsonHasTheFailures()
    {
        Fake.OnListPipelines = () => new ListPipelinesResponse
        {
            Pipelines = { new V1.PipelineInfo
            {
                Id = "p1",
                Restarts = 2,
                Failures = { new V1.WorkerFailure { Kind = V1.WorkerFailureKind.OomKilled, WorkerPid = 9, ExitCode = 137 } },
            } },
        };
        (await RunAsync("ps", "--json")).ShouldBe(0);
        using var json = JsonDocument.Parse(Out.ToString());
        var pipeline = json.RootElement.GetProperty("pipelines")[0];
        pipeline.GetProperty("restarts").GetInt32().ShouldBe(2);
        pipeline.GetProperty("failures")[0].GetProperty("kind").GetString().ShouldBe("oom_killed");
        pipeline.GetProperty("failures")[0].GetProperty("exit_code").GetInt32().ShouldBe(137);
    }

    [Theory]
    [InlineData("""{"pipelines":[]}""", "ps", "--json")]
    [InlineData("""{"gpus":[],"unavailable":"no supervisor runs"}""", "gpu", "--json")]
    [InlineData("""{"stopped":[]}""", "stop", "--all", "--json")]
    [InlineData("""{"running":false}""", "supervisor", "info", "--json")]
    public async Task Listing_WithoutASupervisorIsEmpty(string expected, params string[] args)
    {
        IsSupervisorRunning = false;
        (await RunAsync(args)).ShouldBe(0);
        string.Concat(Out.ToString().Split('\n').Select(line => line.Trim())).Replace("\": ", "\":", StringComparison.Ordinal).ShouldBe(expected);
    }

    [Theory]
    [InlineData("stop", "x")]
    [InlineData("logs", "x")]
    public async Task Named_WithoutASupervisorIsNotFound(params string[] args)
    {
        IsSupervisorRunning = false;
        (await RunAsync(args)).ShouldBe(1);
        Error.ToString().ShouldBe("error: pipeline_not_found: No pipeline x runs.\n");
    }

    [Fact]
    public async Task Stop_SaysWhatTheSupervisorSays()
    {
        (await RunAsync("stop", "x")).ShouldBe(1);
        Error.ToString().ShouldBe("error: pipeline_not_found: No pipeline x.\n");
    }

    [Fact]
    public async Task CheckEnv_OfAnUnusableHostFails()
    {
        (await RunAsync("check-env")).ShouldBe(1);
        Out.ToString().ShouldContain("libtorch");
        Out.ToString().ShouldContain("Models cannot run here.");
    }

    [Fact]
    public async Task Help_IsNoError()
    {
        (await RunAsync("run", "--help")).ShouldBe(0);
        Out.ToString().ShouldContain("--prompt-logprobs");
        (await RunAsync("--help")).ShouldBe(0);
        Out.ToString().ShouldContain("3 a model could not be loaded");
    }

    [Fact]
    public async Task Ps_OfNothingSaysSo()
    {
        (await RunAsync("ps")).ShouldBe(0);
        Out.ToString().ShouldBe("Nothing runs.\n");
    }

    [Fact]
    public async Task Ps_OnANarrowTerminalIsTurned()
    {
        IsOutTerminal = true;
        Fake.OnListPipelines = () => new ListPipelinesResponse
        {
            Pipelines =
            {
                Enumerable.Range(1, 5).Select(i => new V1.PipelineInfo { Id = $"pipe{i}", Name = "cobble", Model = "/models/of/some/length/cobble" }),
            },
        };
        (await RunAsync("ps")).ShouldBe(0);
        var lines = Out.ToString().Split('\n').Select(line => line.Trim()).ToList();
        lines.ShouldAllBe(line => line.Length <= 80);
        lines.Where(line => line.StartsWith("ID", StringComparison.Ordinal)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ShouldBe(
            [["ID", "pipe1", "pipe2"], ["ID", "pipe3", "pipe4"], ["ID", "pipe5"]]);
        lines.Count(line => line.StartsWith("MODEL", StringComparison.Ordinal)).ShouldBe(3);
        lines.ShouldContain(line => line.Contains("/models/of/some/length/cobble"), "no cell is folded");
    }
}
