using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.CommandLine;

/// <summary><c>lmdeploy bench</c> with real processes: that it measures, not how fast this machine is.</summary>
public sealed class BenchTests
{
    [Fact]
    public async Task Decode_GivesAFigureForEachBatchAndContext()
    {
        await using var sandbox = new Sandbox();
        var result = await Command.RunAsync(
            sandbox, "bench", "decode", Repository.Pebble, "--batch-sizes", "1", "3", "--contexts", "8", "20", "--tokens", "6", "--rounds", "1", "--json", "-");

        result.ExitCode.ShouldBe(0, result.Errors);
        var figures = Figures(result.Output);
        figures.Select(figure => (figure.GetProperty("batch_size").GetDouble(), figure.GetProperty("context").GetDouble())).ShouldBe([(1, 8), (3, 8), (1, 20), (3, 20)]);
        figures.ShouldAllBe(figure => figure.GetProperty("step_ms").GetDouble() > 0 && figure.GetProperty("tokens_per_second").GetDouble() > 0);
    }

    [Fact]
    public async Task Prefill_GivesAFigureForEachContext()
    {
        await using var sandbox = new Sandbox();
        var result = await Command.RunAsync(sandbox, "bench", "prefill", Repository.Pebble, "--contexts", "8", "40", "--rounds", "2", "--json", "-");

        result.ExitCode.ShouldBe(0, result.Errors);
        Figures(result.Output).Select(figure => figure.GetProperty("context").GetDouble()).ShouldBe([8, 40]);
    }

    [Theory]
    [InlineData("--tokens", "1", "--tokens must be at least 2, got 1.")]
    [InlineData("--rounds", "0", "--rounds must be at least 1, got 0.")]
    [InlineData("--batch-sizes", "0", "--batch-sizes must be at least 1, got 0.")]
    [InlineData("--contexts", "-1", "--contexts must be at least 1, got -1.")]
    public async Task Decode_SaysWhatCannotBeMeasured(string flag, string value, string message)
    {
        await using var sandbox = new Sandbox();
        var result = await Command.RunAsync(sandbox, "bench", "decode", Repository.Pebble, flag, value);

        result.ExitCode.ShouldBe(2);
        result.Errors.ShouldContain(message);
    }

    private static List<JsonElement> Figures(string output) =>
        [.. JsonDocument.Parse(output[output.IndexOf("{\n", StringComparison.Ordinal)..]).RootElement.GetProperty("figures").EnumerateArray()];
}
