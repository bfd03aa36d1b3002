using System.Net.Sockets;
using System.Text;
using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;

namespace LmDeploy.EndToEnd.Tests.Attacks.Storms;

/// <summary>Callers who ask for streams and read a byte now and then, and who are gone before the end.</summary>
internal sealed class SlowReaderAttack(Server server, Chance chance) : Attack(server, chance)
{
    private const int Readers = 12;
    private const string Body = """{"model":"pebble","prompt":"abc","stream":true,"n":4,"max_tokens":400,"ignore_eos":true,"logprobs":5}""";

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);
    private static readonly byte[] Request = Encoding.ASCII.GetBytes(
        $"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");

    protected override string Name => $"times {Readers} readers of a byte now and then";

    protected override async Task StrikeAsync(CancellationToken end)
    {
        var sockets = Enumerable.Range(0, Readers).Select(_ => new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 1024 }).ToList();
        try
        {
            foreach (var socket in sockets)
            {
                await socket.ConnectAsync(Server.Address.Host, Server.Address.Port, end);
                await socket.SendAsync(Request, end);
            }

            var letter = new byte[1];
            for (var read = 0; read < 20 && !end.IsCancellationRequested; read++)
            {
                await PauseAsync(LongestPause, end);
                await sockets[Chance.Below(Readers)].ReceiveAsync(letter, end);
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // Such connections may be closed to make room.
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }
}
