using System.Net.Security;
using LmDeploy.Serving;
using LmDeploy.Supervisor.Connections;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Grpc;
using LmDeploy.Supervisor.Http.Access;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Serving;
using LmDeploy.Supervisor.Shutdown;
using LmDeploy.Supervisor.Telemetry;
using LmDeploy.V1;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace LmDeploy.Supervisor.Http;

/// <summary>
/// Builds the HTTP server of <c>serve</c>, with limits of its own, in front of the same pipelines. Its container has nothing but the server: the endpoints are
/// services of the supervisor.
/// </summary>
internal static class HttpApp
{
    private static readonly TimeSpan _lease = TimeSpan.FromSeconds(30);

    /// <param name="certificates">Null for no TLS.</param>
    /// <param name="supervisor">Has what <see cref="HttpServices.AddHttpApi"/> registers; outlives what is built.</param>
    /// <exception cref="SupervisorException">The address, the certificate or the access cannot be meant.</exception>
    public static WebApplication Build(ServeOptions options, IServiceProvider supervisor, Certificates? certificates, ILoggerProvider log)
    {
        var address = AddressOf(options);
        CheckExposure(options, address);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging
            .AddProvider(log)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // Whose failure to start is reported here.
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, options, address, certificates));
        if (certificates is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        var connections = supervisor.GetRequiredService<ConnectionTable>();
        builder.Services.AddSingleton(connections).AddBoundedTransport();
        builder.Services.AddRoutingCore();
        builder.AddTelemetryExport();
        builder.Services.AddRemoteGrpcApi(supervisor);
        var app = builder.Build();
        app.Use(connections.TrackAsync);
        app.Use(supervisor.GetRequiredService<CallGauge>().CountAsync);
        app.Use(supervisor.GetRequiredService<RequestLog>().LogAsync);
        app.Use(HeadRequests.DropBodyAsync);
        app.Use(supervisor.GetRequiredService<ErrorHandling>().HandleAsync);
        app.UseRouting();
        app.Use(supervisor.GetRequiredService<AccessControl>().CheckAsync);
        HttpRoutes.Map(app, supervisor);
        app.MapGrpcApi(new AccessLevelMetadata(AccessLevel.Anybody)); // Whose interceptor looks at keys.
        _ = supervisor.GetRequiredService<PipelineMetrics>(); // There is something to read from its construction on.
        return app;
    }

    /// <exception cref="SupervisorException">The host is no address.</exception>
    public static ServerAddress AddressOf(ServeOptions options) => ServerAddress.TryParse(options.Host)
        ?? throw new SupervisorException(
            ErrorCodes.InvalidRequest, $"--host {options.Host} is not an address: expected {ServerAddress.Allowed}.", "--host");

    private static void CheckExposure(ServeOptions options, ServerAddress address)
    {
        if (!address.IsLocal && !options.Insecure && (options.Keys.Count == 0 || options.TlsCertificate.Length == 0))
        {
            throw new SupervisorException(
                ErrorCodes.InvalidRequest,
                $"--host {options.Host} is open to other hosts: that needs --api-key and --tls-cert with --tls-key, or --insecure behind a proxy that "
                    + "does both.",
                "--host");
        }
    }

    private static void Listen(KestrelServerOptions kestrel, ServeOptions options, ServerAddress address, Certificates? certificates)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = HttpServices.LargestBody(options);

        // The lease of a pipeline that is held over the network: a holder that does not answer pings for so long is gone.
        kestrel.Limits.Http2.KeepAlivePingDelay = _lease / 3;
        kestrel.Limits.Http2.KeepAlivePingTimeout = _lease * 2 / 3;
        if (address.Address is { } one)
        {
            kestrel.Listen(one, options.Port, Configure);
        }
        else
        {
            kestrel.ListenLocalhost(options.Port, Configure);
        }

        void Configure(ListenOptions listen)
        {
            listen.UseConnectionTable();
            if (certificates is not null)
            {
                listen.UseHttps(Tls(certificates));
            }
        }
    }

    private static TlsHandshakeCallbackOptions Tls(Certificates certificates) => new()
    {
        OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = certificates.Current }),
    };
}
