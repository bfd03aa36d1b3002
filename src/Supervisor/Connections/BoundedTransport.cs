using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace LmDeploy.Supervisor.Connections;

/// <summary>Kestrel's sockets, which accept only as many connections as the <see cref="ConnectionTable"/> has places for.</summary>
internal sealed class BoundedTransport(ConnectionTable table, IOptions<SocketTransportOptions> options, ILoggerFactory loggers) : IConnectionListenerFactory
{
    private readonly SocketTransportFactory _sockets = new(options, loggers);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(table, await _sockets.BindAsync(endpoint, cancellationToken));

    private sealed class Listener(ConnectionTable table, IConnectionListener inner) : IConnectionListener
    {
        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await inner.AcceptAsync(cancellationToken) is { } connection)
            {
                if (await table.TryAddAsync(connection))
                {
                    return connection;
                }

                connection.Abort(new ConnectionAbortedException("Refused: too many connections are open, and all have a request."));
                await connection.DisposeAsync();
            }

            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
