using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>What a server leaves behind: its log, until the next one begins it anew.</summary>
public sealed class RemainsTests : IDisposable
{
    private const string Question = """{"model":"pebble","prompt":"a","max_tokens":1}""";

    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("lmd-tmp-");

    /// <summary>Everything in the temporary folder of server and workers.</summary>
    private IEnumerable<string> TemporaryFiles => _temporary.EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Select(file => file.Name);

    public void Dispose() => _temporary.Delete(recursive: true);

    [Fact]
    public async Task EndedServer_LeavesItsLogAlone()
    {
        await using var server = await StartAsync(NewSandbox(), "--api-key", "k");
        server.Http.DefaultRequestHeaders.Add("Authorization", "Bearer k");
        (await server.PostAsync("/v1/completions", Question)).Status.ShouldBe(200);
        Signals.Kill(server.Sandbox.Workers.Single()); // What a dead worker leaves goes too.
        (await server.PostAsync("/v1/completions", Question)).Status.ShouldBe(200);

        (await server.EndAsync(Signals.Terminate)).ShouldBe(0);

        TemporaryFiles.ShouldBeEmpty();
        FilesOf(server.Sandbox).ShouldHaveSingleItem().ShouldEndWith(".sock.log");
    }

    [Fact]
    public async Task KilledServer_IsClearedAwayByTheNext()
    {
        var sandbox = NewSandbox();
        var killed = await StartAsync(sandbox);
        (await killed.PostAsync("/v1/completions", Question)).Status.ShouldBe(200);
        await killed.EndAsync(Signals.Kill);
        killed.Http.Dispose();
        TemporaryFiles.ShouldBeEmpty();
        string[] ofTheDead = [$"serve-{killed.Pid}.json", $"serve-{killed.Pid}.sock.log"]; // As of one that was killed before it took its settings.
        var ofTheLiving = $"serve-{Environment.ProcessId}.json";
        Array.ForEach([.. ofTheDead, ofTheLiving], name => File.WriteAllText(Path.Combine(sandbox.Folder, name), "{}"));

        await using var next = await StartAsync(sandbox);
        (await next.PostAsync("/v1/completions", Question)).Status.ShouldBe(200);
        FilesOf(sandbox).ShouldNotContain(name => ofTheDead.Contains(name));
        File.Delete(Path.Combine(sandbox.Folder, ofTheLiving));
        (await next.EndAsync(Signals.Interrupt)).ShouldBe(0);

        TemporaryFiles.ShouldBeEmpty();
        FilesOf(sandbox).ShouldHaveSingleItem().ShouldEndWith(".sock.log");
    }

    [Fact]
    public async Task ServerThatStartsWhileAnotherEnds_TakesItsPlace()
    {
        var sandbox = NewSandbox();
        var leaving = await StartAsync(sandbox);
        for (var turn = 0; turn < 3; turn++)
        {
            (await leaving.PostAsync("/v1/completions", Question)).Status.ShouldBe(200);
            Signals.Terminate(leaving.Pid);
            var next = await StartAsync(sandbox);
            (await leaving.EndAsync(_ => { })).ShouldBe(0);
            leaving.Http.Dispose();
            leaving = next;
        }

        await using var last = leaving;
        (await last.PostAsync("/v1/completions", Question)).Status.ShouldBe(200);
    }

    private static IEnumerable<string> FilesOf(Sandbox sandbox) => Directory.EnumerateFileSystemEntries(sandbox.Folder).Select(file => Path.GetFileName(file));

    private static Task<Server> StartAsync(Sandbox sandbox, params string[] arguments) =>
        Server.StartAsync(sandbox, [$"pebble={Repository.Pebble}", .. arguments]);

    private Sandbox NewSandbox()
    {
        var sandbox = new Sandbox();
        sandbox.Variables["TMPDIR"] = _temporary.FullName;
        return sandbox;
    }
}
