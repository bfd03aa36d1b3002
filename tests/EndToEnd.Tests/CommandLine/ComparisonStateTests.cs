using System.Text.Json;
using System.Text.RegularExpressions;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.CommandLine;

/// <summary>Comparisons that are killed.</summary>
public sealed partial class ComparisonStateTests(ITestOutputHelper output)
{
    private const int Kills = 10;

    /// <summary>What the state grows by between two kills at most: a twentieth of what it is at the end.</summary>
    private const int MostBytes = 8_000;

    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(5);

    /// <summary>What does not depend on the clock.</summary>
    private static readonly string[] _figures = ["model", "correct", "questions", "by_category", "answer_perplexity", "metrics"];

    [Fact]
    public async Task TenKillsAtRandomMoments_ChangeNoFigure()
    {
        await using var sandbox = new Sandbox();
        var chance = new Chance(output);
        var state = Path.Combine(sandbox.Folder, "state.jsonl");
        string[] compare =
        [
            "compare", Repository.Pebble, Repository.Cobble, Repository.Boulder, "--eval", Repository.Evaluation, "--limit", "150", "--batch-size",
            "10", "--json", "-",
        ];
        var undisturbed = await Command.RunAsync(sandbox, compare);
        undisturbed.ExitCode.ShouldBe(0, undisturbed.Errors);
        var kept = new List<long>();

        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = Command.Start(sandbox, [.. compare, "--state", state]);
            var wanted = Length(state) + 1 + chance.Below(MostBytes);
            await Eventually.BeAsync(() => Length(state), length => length >= wanted || process.HasExited, $"{wanted} bytes of state", _deadline);
            process.HasExited.ShouldBeFalse($"it was to be killed at {wanted} bytes of state, as number {kill}");
            Signals.Kill(process.Id);
            await process.WaitForExitAsync();
            kept.Add(Length(state));
        }

        var resumed = await Command.RunAsync(sandbox, [.. compare, "--state", state]);

        output.WriteLine($"bytes of state after each kill: {string.Join(", ", kept)}");
        kept.ShouldBeInOrder(SortDirection.Ascending);
        resumed.ExitCode.ShouldBe(0, resumed.Errors);
        File.ReadLines(state).Count(line => line.Contains("\"kind\":\"answer\"", StringComparison.Ordinal)).ShouldBe(
            3 * 150, "each question was answered once by each model");
        var (expected, actual) = (Figures(undisturbed.Output), Figures(resumed.Output));
        actual.Texts.ShouldBe(expected.Texts);
        actual.Numbers.ShouldBe(expected.Numbers, tolerance: 1e-5);
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>Texts that have to be equal, and numbers that have to be nearly so: sums of float32 depend on what else is in a step.</summary>
    private static (List<string> Texts, List<double> Numbers) Figures(string json)
    {
        using var document = JsonDocument.Parse(json);
        var figures = string.Join(
            '\n',
            document.RootElement.GetProperty("models").EnumerateArray().SelectMany(model => _figures.Select(name => model.GetProperty(name).GetRawText())));
        return ([.. Decimals().Split(figures)], [.. Decimals().Matches(figures).Select(number => double.Parse(number.Value))]);
    }

    [GeneratedRegex(@"\d+\.\d+")]
    private static partial Regex Decimals();
}
