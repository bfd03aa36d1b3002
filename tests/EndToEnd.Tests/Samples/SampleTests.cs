using System.Diagnostics;
using System.Text.RegularExpressions;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Samples;

/// <summary>The samples as their readers run them: <c>dotnet run FILE</c>, from another folder.</summary>
public sealed class SampleTests(SampleFixture fixture) : IClassFixture<SampleFixture>, IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lmd-sample-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("quickstart", "^Qwen3ForCausalLM, 2,779,968 parameters", "^66$", "^Reclaimed: [0-9,]+ bytes back, 0 left, [0-9]+ ms$")]
    [InlineData("stream", "^first token after [0-9.]+ ms$", "^esroh$", "^[0-9]+ tokens, ended by Stop$")]
    [InlineData("chat", "^66$", "^Dublin$", "^July$", "^3 turns are remembered\\.$")]
    [InlineData("structured", "^Nora is 54: \\{\"name\": *\"Nora\", *\"age\": *54\\}$", "^by a regular expression: 66$")]
    [InlineData(
        "chatclient", "^called with Oslo$", "calls get_weather$", "^assistant: .*It is -3 degrees and snowy in Oslo\\.$",
        "^[0-9]+ tokens in all, ended by stop$")]
    [InlineData("embeddings", "^3 vectors of [0-9]+ numbers$", "^ *1\\.000 .*Germany\\?$", "^.* 1\\.000  Take 27 from 66\\.$")]
    [InlineData("loglikelihood", "Germany\\?\n +-[0-9.]+  Berlin  \\(what it would say\\)$", "make\\?\n +-[0-9.]+  woof  \\(what it would say\\)$")]
    [InlineData(
        "crash", "^killing process [0-9]+ after [0-9]+ tokens$", "went on: 400 tokens, ended by Length$", "^the same as without the crash: True$", "SIGKILL")]
    [InlineData("text", "\"name\": \"add\"", "^[0-9]+ tokens, end token <\\|im_end\\|> \\([0-9]+\\)$", "^ *[0-9]+ '🦊'$", "^   end ''$")]
    [InlineData("custom-scorer", "^pebble: exact 0\\.[0-9]+, numeric 0\\.[0-9]+, brief [01]\\.[0-9]+, first_letter 0\\.[0-9]+$", "^boulder: exact 1\\.000, ")]
    public async Task Sample_Prints(string name, params string[] patterns)
    {
        var output = await RunAsync(name);
        foreach (var pattern in patterns)
        {
            Regex.IsMatch(output, pattern, RegexOptions.Multiline).ShouldBeTrue($"{pattern} in:\n{output}");
        }
    }

    [Fact]
    public async Task Compare_PrintsATableAndWritesAReport()
    {
        var output = await RunAsync("compare", Repository.Pebble, Repository.Cobble);

        output.ShouldMatch(@"pebble +62 % .*\(Reclaimed\)");
        output.ShouldMatch(@"cobble +99 % .*\(Reclaimed\)");
        output.ShouldMatch(@"pebble - cobble: -37\.0 %, p = [0-9.E-]+ \(mcnemar-exact\)");
        File.ReadAllText(Path.Combine(_folder.FullName, "comparison.html")).ShouldContain("cobble");
    }

    [Fact]
    public void EverySample_IsListedAndRun()
    {
        var folder = Path.Combine(Repository.Root, "samples");
        var samples = Directory.GetFiles(folder, "*.cs").Select(Path.GetFileNameWithoutExtension).ToList();
        var page = File.ReadAllText(Path.Combine(folder, "README.md"));
        samples.Where(sample => !page.Contains($"[{sample}.cs]({sample}.cs)", StringComparison.Ordinal)).ShouldBeEmpty();

        var run = typeof(SampleTests).GetMethod(nameof(Sample_Prints))!.GetCustomAttributes(typeof(InlineDataAttribute), false)
            .Select(data => ((InlineDataAttribute)data).Data[0]);
        samples.ShouldBe([.. run.Cast<string>(), "compare"], ignoreOrder: true);
    }

    private async Task<string> RunAsync(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["run", Path.Combine(Repository.Root, "samples", $"{name}.cs"), "--", .. arguments])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (variable, value) in fixture.Sandbox.Variables)
        {
            start.Environment[variable] = value;
        }

        // What the build leaves running would keep these pipes open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            var output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            process.ExitCode.ShouldBe(0, $"{output}\n{await errors}");
            return output;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"dotnet run {name}.cs did not end within {Deadline}.");
        }
    }
}
