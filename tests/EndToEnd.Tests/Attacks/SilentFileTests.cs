using System.Diagnostics;
using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;

namespace LmDeploy.EndToEnd.Tests.Attacks;

/// <summary>Model folders whose files never answer, or never end.</summary>
public sealed class SilentFileTests(ITestOutputHelper output) : IDisposable
{
    private const int Folders = 64;
    private const long MostGrowth = 100L << 20;

    private static readonly string[] _files = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("lmd-models-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task NamedPipes_AreRefusedByName_AndHoldNobodyUp()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        (await server.PostAsync("/v1/completions", """{"model":"pebble","prompt":"a","max_tokens":1}""")).Status.ShouldBe(200);
        var before = (Memory: ProcessTable.ResidentBytes(server.Pid), Threads: ProcessTable.Threads(server.Pid));
        using var caller = new Caller(server);

        var loads = Enumerable.Range(0, Folders).Select(async number =>
        {
            var folder = Folder($"p{number}");
            await MakePipeAsync(Path.Combine(folder, "config.json"));
            return await LoadAsync(server, folder);
        });
        var answers = await Task.WhenAll(loads).WaitAsync(Deadline);

        foreach (var (status, body) in answers)
        {
            status.ShouldBe(500, body.ToString());
            body.GetProperty("error").GetProperty("code").GetString().ShouldBe("invalid_config");
            body.GetProperty("error").GetProperty("message").GetString()!.ShouldContain("a named pipe");
        }

        await caller.StopAsync();
        output.WriteLine($"{Folders} folders of named pipes; another caller's {caller.Answers.Count} answers took at most {caller.Worst.TotalSeconds:0.00} s");
        await Eventually.BeAsync(() => server.Sandbox.Workers.Count, count => count == 1, "their workers to be gone", Deadline);
        (ProcessTable.ResidentBytes(server.Pid) - before.Memory).ShouldBeLessThan(MostGrowth);
    }

    [Fact]
    public async Task EachFile_ThatHasNoEnd_IsRefusedByName()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        foreach (var file in _files)
        {
            foreach (var kind in (string[])["a named pipe", "a device"])
            {
                var folder = Folder($"{file}-{kind.Split(' ')[^1]}");
                foreach (var real in Directory.GetFiles(Repository.Pebble).Where(real => Path.GetFileName(real) != file))
                {
                    File.CreateSymbolicLink(Path.Combine(folder, Path.GetFileName(real)), real);
                }

                if (kind == "a device")
                {
                    File.CreateSymbolicLink(Path.Combine(folder, file), "/dev/zero");
                }
                else
                {
                    await MakePipeAsync(Path.Combine(folder, file));
                }

                var (status, body) = await LoadAsync(server, folder).WaitAsync(Deadline);
                status.ShouldNotBe(200, file);
                var message = body.GetProperty("error").GetProperty("message").GetString()!;
                message.ShouldContain(file);
                message.ShouldContain(kind);
            }
        }

        (await server.PostAsync("/v1/completions", """{"model":"pebble","prompt":"a","max_tokens":1}""")).Status.ShouldBe(200);
    }

    private static Task<(int Status, JsonElement Body)> LoadAsync(Server server, string folder) =>
        server.PostAsync("/v1/pipelines", JsonSerializer.Serialize(new { model = folder, engine = new { load_timeout_ms = 60_000 } }));

    private static async Task MakePipeAsync(string path)
    {
        using var made = Process.Start("mkfifo", [path]);
        await made.WaitForExitAsync();
        made.ExitCode.ShouldBe(0);
    }

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
}
