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
        figures.Select(figure => (figure.GetProperty("batch_size").GetDouble(), figure.GetProperty("context").GetDouble())).ShouldBe(
            [(1, 8), (3, 8), (1, 20), (3, 20)]);
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

    [Fact]
    public async Task Serve_AnswersEveryRequestToItsLength()
    {
        await using var sandbox = new Sandbox();
        var result = await Command.RunAsync(
            sandbox, "bench", "serve", Repository.Pebble, "--requests", "12", "--concurrency", "2", "5", "--mean-input", "10", "--mean-output", "6",
            "--ceilings", "--json", "-");

        result.ExitCode.ShouldBe(0, result.Errors);
        var figures = Figures(result.Output);
        figures.Select(figure => (figure
            .GetProperty("concurrency")
            .GetInt32(), figure.GetProperty("requests").GetInt32(), figure.GetProperty("failed").GetInt32())).ShouldBe([(2, 12, 0), (5, 12, 0)]);

        // The same lengths in both, whatever the tokens are.
        figures[1].GetProperty("output_tokens").GetInt32().ShouldBe(figures[0].GetProperty("output_tokens").GetInt32());
        figures.ShouldAllBe(figure => figure.GetProperty("output_share_of_limit").GetDouble() > 0);
    }

    [Fact]
    public async Task Reclaim_GivesBackEverything_DisposedOrKilled()
    {
        await using var sandbox = new Sandbox();
        var result = await Command.RunAsync(sandbox, "bench", "reclaim", Repository.Pebble, "--rounds", "1", "--json", "-");

        result.ExitCode.ShouldBe(0, result.Errors);
        var figures = Figures(result.Output);
        figures.Select(figure => (figure.GetProperty("killed").GetInt32(), figure.GetProperty("reclaimed").GetInt32())).ShouldBe(
            [(0, 1), (1, 1), (0, 1), (1, 1)]);
        figures.Take(2).ShouldAllBe(figure => figure.GetProperty("residual_bytes").GetInt64() == 0 && figure.GetProperty("held_bytes").GetInt64() > 0);
    }

    [Fact]
    public async Task Swap_TakesAWorkerThatStandsBy()
    {
        await using var sandbox = new Sandbox();
        var result = await Command.RunAsync(sandbox, "bench", "swap", Repository.Pebble, Repository.Cobble, "--rounds", "1", "--standby", "--json", "-");

        result.ExitCode.ShouldBe(0, result.Errors);
        Figures(result.Output).Select(figure => figure.GetProperty("standby").GetInt32()).ShouldBe([0, 1]);
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
