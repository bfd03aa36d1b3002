using System.Net.Sockets;
using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;

namespace LmDeploy.EndToEnd.Tests.Attacks;

/// <summary>Connections that say nothing, many more than the server may have files open.</summary>
public sealed class ConnectionFloodTests(ITestOutputHelper output)
{
    private const int OpenFiles = 1024;
    private const int Connections = 10_000;
    private const int Attackers = 4;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task IdleConnections_KeepNobodyOut_AndADeadWorkerIsReplaced()
    {
        var sandbox = new Sandbox { Prefix = ["prlimit", $"--nofile={OpenFiles}:{OpenFiles}"] };
        await using var server = await Server.StartAsync(sandbox, [$"pebble={Repository.Pebble}"]);
        await AskAsync(server);
        var before = ProcessTable.Descriptors(server.Pid);
        using var caller = new Caller(server);
        var flood = await FloodAsync(server);
        Signals.Kill(server.Sandbox.Workers.Single());
        flood.AddRange(await FloodAsync(server));

        (await caller.StopAsync()).Count.ShouldBeGreaterThan(0);
        await AskAsync(server);
        output.WriteLine(
            $"{flood.Count} connections of which no more than {OpenFiles} could be open; another caller's {caller.Answers.Count} answers took at most "
                + $"{caller.Worst.TotalSeconds:0.00} s");
        flood.ForEach(connection => connection.Dispose());
        await Eventually.BeAsync(() => ProcessTable.Descriptors(server.Pid), now => now <= before + 16, "the connections to be closed", Deadline);
        var (_, listing) = await server.GetAsync("/v1/pipelines");
        listing.GetProperty("pipelines")[0].GetProperty("state").GetString().ShouldBe("ready");
        server.Errors.ShouldContain("connections that the limit of open files allows are taken");
    }

    [Fact]
    public async Task LimitThatIsTooSmall_IsSaidAtTheStart()
    {
        var sandbox = new Sandbox { Prefix = ["prlimit", "--nofile=300:300"] };
        await using (sandbox)
        {
            var result = await Command.RunAsync(sandbox, "serve", $"pebble={Repository.Pebble}", "--port", "0");
            (result.Output + result.Errors).ShouldContain("may open 300 files at once; it needs 512 or more");
            result.ExitCode.ShouldNotBe(0);
        }
    }

    private static async Task AskAsync(Server server)
    {
        var (status, body) = await server.PostAsync("/v1/completions", """{"model":"pebble","prompt":"a","max_tokens":1}""");
        status.ShouldBe(200, body.ToString());
    }

    /// <summary>Half of all connections, opened as fast as they are taken, and kept.</summary>
    private static async Task<List<TcpClient>> FloodAsync(Server server)
    {
        var opened = new List<TcpClient>();
        await Task.WhenAll(Enumerable.Range(0, Attackers).Select(async _ =>
        {
            for (var i = 0; i < Connections / 2 / Attackers; i++)
            {
                var client = new TcpClient();
                try
                {
                    await client.ConnectAsync(server.Address.Host, server.Address.Port);
                }
                catch (SocketException)
                {
                    client.Dispose(); // Turned away.
                    continue;
                }

                lock (opened)
                {
                    opened.Add(client);
                }
            }
        })).WaitAsync(Deadline);
        return opened;
    }
}
