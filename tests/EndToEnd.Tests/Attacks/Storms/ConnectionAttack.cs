using System.Net.Sockets;
using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;

namespace LmDeploy.EndToEnd.Tests.Attacks.Storms;

/// <summary>More connections at once than the server may have files open; they say nothing, half a request or no HTTP.</summary>
internal sealed class ConnectionAttack(Server server, Chance chance) : Attack(server, chance)
{
    private const int Connections = 1500;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);
    private static readonly byte[][] Words =
    [
        [],
        "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Le"u8.ToArray(),
        "\0\x01\x02\x03\r\n\r\n"u8.ToArray(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(),
    ];

    protected override string Name => $"floods of {Connections} connections";

    protected override async Task StrikeAsync(CancellationToken end)
    {
        var opened = new List<Socket>();
        try
        {
            for (var i = 0; i < Connections && !end.IsCancellationRequested; i++)
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                opened.Add(socket);
                try
                {
                    await socket.ConnectAsync(Server.Address.Host, Server.Address.Port, end);
                    await socket.SendAsync(Words[Chance.Below(Words.Length)], end);
                }
                catch (SocketException)
                {
                    // Turned away.
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }

            await PauseAsync(LongestPause, end);
        }
        finally
        {
            opened.ForEach(socket => socket.Dispose());
        }

        await PauseAsync(LongestPause, end);
    }
}
