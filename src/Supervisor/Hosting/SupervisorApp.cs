using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Connections;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Grpc;
using LmDeploy.Supervisor.Http;
using LmDeploy.Supervisor.Inspection;
using LmDeploy.Supervisor.Logging;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Reads;
using LmDeploy.Supervisor.Requests;
using LmDeploy.Supervisor.Serving;
using LmDeploy.Supervisor.Shutdown;
using LmDeploy.Supervisor.Standby;
using LmDeploy.Supervisor.Telemetry;
using LmDeploy.Supervisor.Workers.MemoryLimits;
using LmDeploy.V1;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LmDeploy.Supervisor.Hosting;

/// <summary>Builds the supervisor, the lowest layer first: Kestrel on one Unix socket, and gRPC. Reads no configuration files.</summary>
internal static class SupervisorApp
{
    private const int WindowBytes = 4 * 1024 * 1024;

    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(1);

    /// <param name="serve">What is served over HTTP; null for nothing.</param>
    public static WebApplication Build(
        SupervisorOptions options, ServeOptions? serve, SupervisorLog log, StopSignal stop, WorkerServices workers, DescriptorLimit descriptors)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging
            .AddProvider(log)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Grpc", LogLevel.Warning)
            .AddFilter("Grpc.AspNetCore.Server.ServerCallHandler", LogLevel.None)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, options));
        builder.Services
            .AddSingleton(options)
            .AddSingleton(TimeProvider.System)
            .AddShutdown(stop)
            .AddConnections(descriptors)
            .AddGpus()
            .AddWorkers(workers)
            .AddAdmission()
            .AddInspection()
            .AddPipelines()
            .AddRequests()
            .AddServedModels()
            .AddSingleton(provider => new ModelPlaces(serve?.AllowDownloads ?? false, provider.GetRequiredService<BlockingReads>()))
            .AddGrpcApi();
        if (serve is not null)
        {
            builder.Services.AddTelemetry().AddHttpApi(serve);
        }

        var app = builder.Build();
        app.Use(app.Services.GetRequiredService<ConnectionTable>().TrackAsync);
        app.Use(app.Services.GetRequiredService<CallGauge>().CountAsync);
        app.MapGrpcApi();
        return app;
    }

    /// <summary>Connections have the descriptors that pipelines leave.</summary>
    private static IServiceCollection AddConnections(this IServiceCollection services, DescriptorLimit descriptors) => services
        .AddSingleton(provider => new ConnectionTable(
            () => descriptors.ConnectionsBeside(provider.GetRequiredService<PipelineRegistry>().Count),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ConnectionTable>>()))
        .AddBoundedTransport();

    /// <summary>Registers the parts that exist already, and those that need a logger of the server.</summary>
    private static IServiceCollection AddWorkers(this IServiceCollection services, WorkerServices workers) => services
        .AddSingleton(workers.Processes)
        .AddSingleton(workers.Failures)
        .AddSingleton(workers.Launcher)
        .AddSingleton(workers.Stopper)
        .AddSingleton(workers.Pressure)
        .AddSingleton(workers.Standby)
        .AddSingleton(workers.First)
        .AddSingleton(provider => new MemoryLimiter(
            workers.Memory, workers.Processes, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<MemoryLimiter>>()))
        .AddSingleton<StandbyPool>();

    private static void Listen(KestrelServerOptions kestrel, SupervisorOptions options)
    {
        kestrel.ListenUnixSocket(options.Socket, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseConnectionTable();
        });
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxConcurrentConnections = null;
        kestrel.Limits.Http2.MaxStreamsPerConnection = int.MaxValue;
        kestrel.Limits.Http2.InitialStreamWindowSize = WindowBytes;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 4 * WindowBytes;

        // A third of the time until a silent client is asked whether it is there, the rest for its answer. Kestrel looks
        // once a second for each, and the worker takes a moment to go.
        kestrel.Limits.Http2.KeepAlivePingDelay = options.ClientTimeout / 3;
        kestrel.Limits.Http2.KeepAlivePingTimeout = (options.ClientTimeout * 2 / 3) - (3 * HeartbeatInterval);
    }
}
