using System.Net.Sockets;
using LmDeploy.V1;

namespace LmDeploy.Transport;

/// <summary>Opens connections to a Unix socket.</summary>
internal static class UnixSocket
{
    /// <summary>A path has to fit in a <c>sockaddr_un</c>, with its terminating zero.</summary>
    private const int MaxPathBytes = 107;

    /// <exception cref="SupervisorUnavailableException">The path is too long for a socket.</exception>
    public static string CheckPath(string path)
    {
        var bytes = System.Text.Encoding.UTF8.GetByteCount(path);
        return bytes <= MaxPathBytes
            ? path
            : throw new SupervisorUnavailableException(
                ErrorCodes.SupervisorUnavailable,
                $"The socket path {path} has {bytes} bytes; at most {MaxPathBytes} are possible. Set LMDEPLOY_RUNTIME_DIR to a shorter folder.",
                path);
    }

    public static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether somebody listens.</summary>
    /// <exception cref="SupervisorUnavailableException">The socket exists and cannot be used.</exception>
    public static async Task<bool> IsListeningAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await ConnectAsync(path, cancellationToken).ConfigureAwait(false);
            await stream.DisposeAsync().ConfigureAwait(false);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
        {
            return false;
        }
        catch (SocketException e)
        {
            throw new SupervisorUnavailableException(
                ErrorCodes.SupervisorUnavailable, $"The supervisor's socket {path} cannot be used: {e.Message}.", path, e);
        }
    }
}
