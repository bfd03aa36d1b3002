using System.Diagnostics;
using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;

namespace LmDeploy.EndToEnd.Tests.Samples;

public sealed class NotebookTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly string _notebook = Path.Combine(Repository.Root, "samples", "compare.ipynb");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lmd-notebook-");

    public void Dispose() => _folder.Delete(recursive: true);

    [NotebookFact]
    public async Task Notebook_ComparesTheModelsOfAServer()
    {
        await using var server = await Server.StartAsync(Repository.Pebble, Repository.Cobble);
        var output = await ExecuteAsync(server.Address);

        output.ShouldContain("served: pebble, cobble, added");
        output.ShouldMatch("added +8/8 right +[0-9.]+ tokens/s");
        output.ShouldMatch("pebble +5/8 right");
        output.ShouldMatch("added +holds +[1-9][0-9.]+ MiB, 0.0 before");
        output.ShouldMatch("Reclaimed: [0-9,]+ bytes back, 0 left");
        output.TrimEnd().ShouldEndWith("served: pebble, cobble");
    }

    [Fact]
    public void Notebook_IsCommittedWithoutOutputs() => Cells(_notebook).ShouldAllBe(cell => cell.GetProperty("outputs").GetArrayLength() == 0);

    private static List<JsonElement> Cells(string notebook)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(notebook));
        return [.. json.RootElement
            .GetProperty("cells")
            .EnumerateArray()
            .Where(cell => cell.GetProperty("cell_type").GetString() == "code")
            .Select(cell => cell.Clone())];
    }

    private async Task<string> ExecuteAsync(Uri address)
    {
        var start = new ProcessStartInfo(
            NotebookFactAttribute.Python,
            ["-m", "nbconvert", "--to", "notebook", "--execute", "--output-dir", _folder.FullName, "--output", "executed.ipynb", _notebook])
        {
            RedirectStandardError = true,
        };
        start.Environment["LMDEPLOY_URL"] = address.ToString();
        start.Environment["LMDEPLOY_MODEL"] = Repository.Boulder;
        foreach (var variable in new[] { "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR" })
        {
            start.Environment[variable] = _folder.FullName;
        }

        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            var errors = await process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            process.ExitCode.ShouldBe(0, errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"nbconvert did not end within {Deadline}.");
        }

        return string.Concat(Cells(Path.Combine(_folder.FullName, "executed.ipynb"))
            .SelectMany(cell => cell.GetProperty("outputs").EnumerateArray())
            .SelectMany(output => output.GetProperty("text").EnumerateArray())
            .Select(line => line.GetString()));
    }
}
