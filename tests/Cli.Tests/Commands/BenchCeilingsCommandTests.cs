using System.Text.Json;

namespace LmDeploy.Cli.Tests.Commands;

public sealed class BenchCeilingsCommandTests : CommandTestBase
{
    [Fact]
    public async Task Ceilings_AreShownAndWritten()
    {
        (await RunAsync("bench", "ceilings", "--json", PathOf("o.json"))).ShouldBe(0);
        Out.ToString().ShouldContain("4000.0 GB/s");
        Out.ToString().ShouldContain("800.000 TFLOP/s");
        using var json = JsonDocument.Parse(File.ReadAllText(PathOf("o.json")));
        json.RootElement.GetProperty("machine").GetProperty("libtorch").GetString().ShouldBe("2.11.0");
        json.RootElement.GetProperty("figures")[0].GetProperty("product_flops").GetDouble().ShouldBe(800e12);
    }

    [Fact]
    public async Task Ceilings_OfACpuHaveNoBus()
    {
        Fake.OnMeasureCeilings = () =>
            new V1.Ceilings { Device = "cpu", MemoryBytesPerSecond = 1e10, ProductFlops = 1e11, ProductDtype = V1.EngineDtype.Float32 };
        (await RunAsync("bench", "ceilings", "--json", PathOf("o.json"))).ShouldBe(0);
        Out.ToString().ShouldContain("no GPU");
        using var json = JsonDocument.Parse(File.ReadAllText(PathOf("o.json")));
        json.RootElement.GetProperty("figures")[0].GetProperty("host_to_device_bytes_per_second").ValueKind.ShouldBe(JsonValueKind.Null);
    }
}
