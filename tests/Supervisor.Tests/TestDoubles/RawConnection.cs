using System.Net.Sockets;
using System.Text;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>A TCP connection on which a test says what no HTTP client would.</summary>
internal sealed class RawConnection : IDisposable
{
    private const string EndOfHead = "\r\n\r\n";

    private readonly TcpClient _client = new();

    private RawConnection()
    {
    }

    /// <summary>Connects, and sends a request or the beginning of one; its lines may end with a mere line feed.</summary>
    public static async Task<RawConnection> SendAsync(Uri address, string request)
    {
        var connection = new RawConnection();
        await connection._client.ConnectAsync(address.Host, address.Port);
        await connection._client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request.ReplaceLineEndings("\r\n")));
        return connection;
    }

    /// <summary>What a request is answered with until the server closes the connection.</summary>
    public static async Task<string> AskAsync(Uri address, string request)
    {
        using var connection = await SendAsync(address, request);
        return await connection.ReadAsync(_ => false);
    }

    /// <summary>The status line and the headers of the answer.</summary>
    public Task<string> ReadHeadAsync() => ReadAsync(answer => answer.Contains(EndOfHead, StringComparison.Ordinal));

    public void Dispose() => _client.Dispose();

    private async Task<string> ReadAsync(Func<string, bool> isEnough)
    {
        using var deadline = new CancellationTokenSource(Deadline.Long);
        var answer = new StringBuilder();
        var piece = new byte[4096];
        int length;
        while (!isEnough(answer.ToString()) && (length = await _client.GetStream().ReadAsync(piece, deadline.Token)) > 0)
        {
            answer.Append(Encoding.UTF8.GetString(piece, 0, length));
        }

        return answer.ToString();
    }
}
