using Grpc.Net.Client;
using LmDeploy.V1;

namespace LmDeploy.Transport;

/// <summary>The gRPC connection to a supervisor; it connects by itself, again too after the supervisor was replaced.</summary>
internal sealed class SupervisorChannel : IDisposable
{
    private readonly GrpcChannel _channel;

    public SupervisorChannel(string socketPath)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = (_, cancellationToken) => UnixSocket.ConnectAsync(socketPath, cancellationToken),
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(10),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            UseProxy = false,
        };
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = null,
            MaxSendMessageSize = null,
        });
        Pipelines = new Pipelines.PipelinesClient(_channel);
        Host = new Host.HostClient(_channel);
    }

    public Pipelines.PipelinesClient Pipelines { get; }

    public Host.HostClient Host { get; }

    public void Dispose() => _channel.Dispose();
}
