using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Shortages;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Workers;

/// <summary>Connects to workers over gRPC on their Unix sockets.</summary>
internal sealed class WorkerConnector(TimeProvider time) : IWorkerConnector
{
    private const int WindowBytes = 4 * 1024 * 1024;

    private readonly ShortageRetry _shortages = new(time);

    public async Task<IWorkerConnection> ConnectAsync(WorkerFolder folder, string token, CancellationToken cancellationToken)
    {
        await folder.WaitUntilReadyAsync(cancellationToken);
        var connection = new WorkerConnection(Open(folder.WorkerSocket), token);
        try
        {
            var hello = await connection.Client.HelloAsync(new HelloRequest { ProtocolVersion = Protocol.Version }, connection.Call(cancellationToken));
            return hello.ProtocolVersion == Protocol.Version
                ? connection
                : throw new SupervisorException(
                    ErrorCodes.ProtocolMismatch,
                    $"The worker (version {hello.Version}) speaks protocol {hello.ProtocolVersion}, the supervisor {Protocol.Version}: "
                        + "install both from one release.");
        }
        catch (Exception exception)
        {
            connection.Dispose();
            if (exception is RpcException call && SupervisorException.From(call) is { } typed)
            {
                throw typed;
            }

            throw;
        }
    }

    private GrpcChannel Open(string socket)
    {
        var endPoint = new UnixDomainSocketEndPoint(socket);
        return GrpcChannel.ForAddress("http://worker", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellationToken) => await _shortages.RunAsync(() => ConnectAsync(endPoint, cancellationToken), cancellationToken),
                InitialHttp2StreamWindowSize = WindowBytes,
                KeepAlivePingDelay = TimeSpan.FromSeconds(15),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(30),
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
                PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
                PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
                UseProxy = false,
            },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = null,
            MaxSendMessageSize = null,
            ThrowOperationCanceledOnCancellation = true,
        });
    }

    private static async Task<Stream> ConnectAsync(UnixDomainSocketEndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
