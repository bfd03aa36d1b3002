using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>SIGHUP has a real server read its file again.</summary>
public sealed class ReadAgainTests
{
    private const int SigHup = 1;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Sighup_ReadsTheFileAgain_AndABadOneChangesNothing()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"models:\n  - {{name: one, path: {Repository.Pebble}}}\n");
        await using var server = await Server.StartAsync("--config", file, "--admin-key", "root=secret");
        server.Http.DefaultRequestHeaders.Add("Authorization", "Bearer secret");
        Names(server).ShouldBe(["one"]);

        await File.WriteAllTextAsync(file, $"models:\n  - {{name: two, path: {Repository.Pebble}}}\n");
        Signals.Send(server.Pid, SigHup);
        await Eventually.BeAsync(() => Names(server), names => names.SequenceEqual(["two"]), "the model of the new file", Deadline);

        await File.WriteAllTextAsync(file, "modles: []\n");
        Signals.Send(server.Pid, SigHup);
        await Eventually.BeAsync(
            () => server.Errors,
            errors => errors.Contains(
                $"Settings stay as they were: error: {file}, line 1: unknown key 'modles', did you mean 'models'?", StringComparison.Ordinal),
            "the error in the log",
            Deadline);
        Names(server).ShouldBe(["two"]);
        File.ReadAllText($"/proc/{server.Pid}/cmdline").ShouldNotContain("secret");
        File.Delete(file);
    }

    private static List<string?> Names(Server server) =>
    [
        .. server.GetAsync("/v1/models").GetAwaiter().GetResult().Body.GetProperty("data").EnumerateArray()
            .Select(model => model.GetProperty("id").GetString()),
    ];
}
