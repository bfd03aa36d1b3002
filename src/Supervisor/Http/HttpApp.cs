using System.Net;
using System.Security.Cryptography.X509Certificates;
using LmDeploy.Memory;
using LmDeploy.Supervisor.Connections;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Hosting;
using LmDeploy.Supervisor.Http.Access;
using LmDeploy.Supervisor.Http.Bodies;
using LmDeploy.Supervisor.Http.Chat;
using LmDeploy.Supervisor.Http.Completions;
using LmDeploy.Supervisor.Http.Embeddings;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Health;
using LmDeploy.Supervisor.Http.Logprobs;
using LmDeploy.Supervisor.Http.Management;
using LmDeploy.Supervisor.Http.Models;
using LmDeploy.Supervisor.Http.Page;
using LmDeploy.Supervisor.Http.Tokenization;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Reads;
using LmDeploy.Supervisor.Receipts;
using LmDeploy.Supervisor.Requests;
using LmDeploy.Supervisor.Serving;
using LmDeploy.Supervisor.Shutdown;
using LmDeploy.Supervisor.Telemetry;
using LmDeploy.V1;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LmDeploy.Supervisor.Http;

/// <summary>Puts the HTTP side of <c>serve</c> together: a server of its own, with limits of its own, in front of the same pipelines.</summary>
internal static class HttpApp
{
    private const long DefaultMaxBodyBytes = 32L << 20;
    private const int DefaultMaxPrompts = 2048;

    private static readonly TimeSpan _defaultTimeout = TimeSpan.FromHours(1);

    /// <param name="supervisor">Who runs the pipelines; outlives what is built.</param>
    /// <exception cref="SupervisorException">The address, the certificate or the access cannot be meant.</exception>
    public static WebApplication Build(ServeOptions options, IServiceProvider supervisor, ILoggerProvider log)
    {
        var address = AddressOf(options.Host);
        var isLocal = address is null || IPAddress.IsLoopback(address);
        CheckExposure(options, isLocal);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.AddProvider(log).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // Whose failure to start is reported here.
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, options, address));
        if (options.TlsCertificate.Length > 0)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.Services.AddBoundedTransport();
        builder.Services.AddRoutingCore();
        builder.Services.AddTelemetry();
        Share(builder.Services, supervisor);
        builder.Services
            .AddSingleton(new ApiKeys(options.Keys))
            .AddSingleton(services => new AccessControl(services.GetRequiredService<ApiKeys>(), options.CorsOrigins, isLocal))
            .AddSingleton(new CacheSharing(options.SharedPrefixCache))
            .AddSingleton(services => new RequestLimits(
                options.MaxPrompts > 0 ? options.MaxPrompts : DefaultMaxPrompts,
                options.RequestTimeoutMs > 0 ? TimeSpan.FromMilliseconds(options.RequestTimeoutMs) : _defaultTimeout,
                services.GetRequiredService<TimeProvider>()))
            .AddSingleton<ErrorHandling>()
            .AddSingleton(services => new HeapTrim(services.GetRequiredService<TimeProvider>()))
            .AddSingleton(services => new BodyBudget(LargestBody(options), services.GetRequiredService<HeapTrim>()))
            .AddSingleton<BodyReader>()
            .AddSingleton<ModelRequests>()
            .AddSingleton<SpellingBook>()
            .AddSingleton<ModelRouter>()
            .AddSingleton<GenerationCall>()
            .AddSingleton<ChatEndpoint>()
            .AddSingleton<CompletionsEndpoint>()
            .AddSingleton<EmbeddingsEndpoint>()
            .AddSingleton<ModelsEndpoint>()
            .AddSingleton<TokenizeEndpoint>()
            .AddSingleton<DetokenizeEndpoint>()
            .AddSingleton<PipelinesEndpoint>()
            .AddSingleton<LogsEndpoint>()
            .AddSingleton<GpusEndpoint>()
            .AddSingleton<EventsEndpoint>()
            .AddSingleton<PageEndpoint>()
            .AddSingleton<HealthEndpoint>();
        var app = builder.Build();
        app.Use(app.Services.GetRequiredService<ConnectionTable>().TrackAsync);
        app.Use(app.Services.GetRequiredService<CallGauge>().CountAsync);
        app.Use(app.Services.GetRequiredService<ErrorHandling>().HandleAsync);
        app.UseRouting();
        app.Use(app.Services.GetRequiredService<AccessControl>().CheckAsync);
        HttpRoutes.Map(app);
        _ = app.Services.GetRequiredService<PipelineMetrics>();
        return app;
    }

    /// <summary>What both servers work with.</summary>
    private static void Share(IServiceCollection services, IServiceProvider supervisor) => services
        .AddSingleton(supervisor.GetRequiredService<TimeProvider>())
        .AddSingleton(_ => supervisor.GetRequiredService<ConnectionTable>())
        .AddSingleton(_ => supervisor.GetRequiredService<CallGauge>())
        .AddSingleton(_ => supervisor.GetRequiredService<RequestGate>())
        .AddSingleton(_ => supervisor.GetRequiredService<RequestProxy>())
        .AddSingleton(_ => supervisor.GetRequiredService<ServedModels>())
        .AddSingleton(_ => supervisor.GetRequiredService<Preloading>())
        .AddSingleton(_ => supervisor.GetRequiredService<PipelineRegistry>())
        .AddSingleton(_ => supervisor.GetRequiredService<PipelineOverview>())
        .AddSingleton(_ => supervisor.GetRequiredService<IGpuMonitor>())
        .AddSingleton(_ => supervisor.GetRequiredService<BlockingReads>())
        .AddSingleton(_ => supervisor.GetRequiredService<ReceiptHistory>());

    /// <summary>Null stands for localhost: both of its addresses.</summary>
    private static IPAddress? AddressOf(string host) => host switch
    {
        "localhost" => null,
        "" => IPAddress.Loopback,
        "*" => IPAddress.Any,
        _ => IPAddress.TryParse(host, out var address)
            ? address
            : throw new SupervisorException(ErrorCodes.InvalidRequest, $"--host {host} is no address: expected an IP address of this host, localhost, or 0.0.0.0 for all.", "--host"),
    };

    private static void CheckExposure(ServeOptions options, bool isLocal)
    {
        if (!isLocal && !options.Insecure && (options.Keys.Count == 0 || options.TlsCertificate.Length == 0))
        {
            throw new SupervisorException(
                ErrorCodes.InvalidRequest,
                $"--host {options.Host} is open to others: that needs --api-key and --tls-cert with --tls-key, or --insecure where something in front of it does both.",
                "--host");
        }
    }

    private static long LargestBody(ServeOptions options) => options.MaxBodyBytes > 0 ? options.MaxBodyBytes : DefaultMaxBodyBytes;

    private static void Listen(KestrelServerOptions kestrel, ServeOptions options, IPAddress? address)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = LargestBody(options);
        if (address is null)
        {
            kestrel.ListenLocalhost(options.Port, Configure);
        }
        else
        {
            kestrel.Listen(address, options.Port, Configure);
        }

        void Configure(ListenOptions listen)
        {
            listen.UseConnectionTable();
            if (options.TlsCertificate.Length > 0)
            {
                listen.UseHttps(LoadCertificate(options));
            }
        }
    }

    private static X509Certificate2 LoadCertificate(ServeOptions options)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(options.TlsCertificate, options.TlsKey.Length > 0 ? options.TlsKey : null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new SupervisorException(ErrorCodes.InvalidRequest, $"{options.TlsCertificate} and {options.TlsKey} are no certificate and key in PEM: {exception.Message}", "--tls-cert");
        }
    }
}
