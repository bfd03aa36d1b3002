using LmDeploy.Hosting;

namespace LmDeploy.Client.Tests.Hosting;

/// <summary>Starts shell scripts in the supervisor's place.</summary>
public sealed class SupervisorProcessTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("lmd").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Theory]
    [InlineData("ready")]
    [InlineData("already-running")]
    public async Task Start_ReturnsAtTheVerdict(string verdict)
    {
        using var process = await StartAsync($"echo noise; echo {verdict}; read line");
        await process.StopAsync(TimeSpan.FromSeconds(20)).InTime();
    }

    [Fact]
    public async Task Start_PassesWhatItIsTold()
    {
        using var process = await StartAsync("""echo "$@" > "$(dirname "$0")/arguments"; echo ready; read line""");
        await process.StopAsync(TimeSpan.FromSeconds(20)).InTime();
        (
            await File.ReadAllTextAsync(
                Path.Join(_home, "supervisor", "arguments"))).Trim().ShouldBe("--socket /run/s.sock --idle-timeout 1.5 --client-timeout 7.25 --owned");
    }

    [Fact]
    public async Task Start_ThrowsWhatItSays()
        => (await Should.ThrowAsync<SupervisorUnavailableException>(() => StartAsync("echo failed no room; read line"))).Message.ShouldEndWith("no room");

    [Fact]
    public async Task Start_ThrowsExitCodeAndLastWords()
    {
        var e = await Should.ThrowAsync<SupervisorUnavailableException>(() => StartAsync("echo gone wrong >&2; exit 3"));
        e.Message.ShouldContain("exit code 3");
        e.Message.ShouldContain("gone wrong");
    }

    [Fact]
    public async Task Start_GivesUpOnOneThatSaysNothing()
        => (
            await Should.ThrowAsync<SupervisorUnavailableException>(
                () => StartAsync("read line", TimeSpan.FromMilliseconds(200)))).Message.ShouldContain("0.2 s");

    [Fact]
    public async Task Stop_KillsOneThatStays()
    {
        using var process = await StartAsync("echo ready; exec sleep 1000");
        var pid = process.Id;
        await process.StopAsync(TimeSpan.FromMilliseconds(50)).InTime();
        using var gone = System.Diagnostics.Process.GetProcesses().FirstOrDefault(p => p.Id == pid);
        gone?.WaitForExit(TimeSpan.FromSeconds(20)).ShouldBeTrue();
    }

    private Task<SupervisorProcess> StartAsync(string script, TimeSpan? timeout = null)
    {
        var path = Path.Join(Directory.CreateDirectory(Path.Join(_home, "supervisor")).FullName, "lmdeploy-supervisor");
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var start = new SupervisorStart(
            new Installation(_home), "/run/s.sock", IsOwned: true, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(7.25), timeout ?? TimeSpan.FromSeconds(20));
        return SupervisorProcess.StartAsync(start, CancellationToken.None).InTime();
    }
}
