using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using LmDeploy.V1;

namespace LmDeploy.Transport;

/// <summary>The gRPC connection to a supervisor; it connects by itself, again too after the supervisor was replaced.</summary>
internal sealed class SupervisorChannel : IDisposable
{
    private readonly GrpcChannel _channel;

    private SupervisorChannel(string address, SocketsHttpHandler handler, ChannelCredentials? credentials)
    {
        handler.EnableMultipleHttp2Connections = true;
        handler.KeepAlivePingDelay = TimeSpan.FromSeconds(10);
        handler.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = null,
            MaxSendMessageSize = null,
            Credentials = credentials,
        });
        Pipelines = new Pipelines.PipelinesClient(_channel);
        Host = new Host.HostClient(_channel);
    }

    public Pipelines.PipelinesClient Pipelines { get; }

    public Host.HostClient Host { get; }

    public static SupervisorChannel OfSocket(string path) => new(
        "http://localhost",
        new SocketsHttpHandler { ConnectCallback = (_, cancellationToken) => UnixSocket.ConnectAsync(path, cancellationToken), UseProxy = false },
        credentials: null);

    /// <exception cref="IOException">The file of the certificate cannot be read.</exception>
    public static SupervisorChannel OfAddress(Uri address, RemoteSupervisorOptions options)
    {
        var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(20) };
        if (options.TrustedCertificate is { } file)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = Trusting(file);
        }

        var call = CallCredentials.FromInterceptor((_, metadata) =>
        {
            metadata.Add(Protocol.VersionHeader, Protocol.Version.ToString(CultureInfo.InvariantCulture));
            if (options.Key is { } key)
            {
                metadata.Add("authorization", $"Bearer {key}");
            }

            return Task.CompletedTask;
        });
        return new SupervisorChannel(
            address.GetLeftPart(UriPartial.Authority), handler, ChannelCredentials.Create(ChannelCredentials.SecureSsl, call));
    }

    public void Dispose() => _channel.Dispose();

    /// <summary>Trusts what is in a file beside what the system trusts; the name in the certificate has to be the server's all the same.</summary>
    private static RemoteCertificateValidationCallback Trusting(string file)
    {
        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPemFile(file);
        return (_, certificate, chain, errors) =>
        {
            if (errors == SslPolicyErrors.None)
            {
                return true;
            }

            if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0)
            {
                return false;
            }

            using var own = new X509Chain();
            own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            own.ChainPolicy.CustomTrustStore.AddRange(trusted);
            if (chain is not null)
            {
                own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore); // What the server sent beside its own.
            }

            using var leaf = new X509Certificate2(certificate);
            return own.Build(leaf);
        };
    }
}
