using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Connections;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Failures;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Grpc;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Logging;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Receipts;
using LmDeploy.Supervisor.Requests;
using LmDeploy.Supervisor.Serving;
using LmDeploy.Supervisor.Shutdown;
using LmDeploy.Supervisor.Standby;
using LmDeploy.Supervisor.Workers;
using LmDeploy.Supervisor.Workers.MemoryLimits;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LmDeploy.Supervisor.Hosting;

/// <summary>Puts the supervisor together: Kestrel on one Unix socket, gRPC, and nothing that reads configuration files.</summary>
internal static class SupervisorApp
{
    private const int WindowBytes = 4 * 1024 * 1024;

    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(1);

    public static WebApplication Build(SupervisorOptions options, SupervisorLog log, StopSignal stop, WorkerParts workers, DescriptorLimit descriptors)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.AddProvider(log).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Warning).AddFilter("Grpc.AspNetCore.Server.ServerCallHandler", LogLevel.None).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, options));
        builder.Services.AddSingleton(options).AddSingleton(stop).AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(workers.Processes).AddSingleton(workers.Failures).AddSingleton(workers.Launcher).AddSingleton(workers.Stopper);
        builder.Services.AddSingleton(workers.Pressure).AddSingleton(workers.Standby).AddSingleton(workers.First);
        AddSupervisor(builder.Services, workers, descriptors);
        builder.Services.AddBoundedTransport();
        builder.Services.AddAdmission().AddPipelines();
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = null;
            grpc.MaxSendMessageSize = null;
            grpc.Interceptors.Add<ErrorInterceptor>();
            grpc.Interceptors.Add<DrainInterceptor>();
        });

        var app = builder.Build();
        app.Use(app.Services.GetRequiredService<ConnectionTable>().TrackAsync);
        app.Use(app.Services.GetRequiredService<CallGauge>().CountAsync);
        app.Use(UnreadableMessages.TranslateAsync);
        app.MapGrpcService<PipelinesService>();
        app.MapGrpcService<HostService>();
        return app;
    }

    private static void AddSupervisor(IServiceCollection services, WorkerParts workers, DescriptorLimit descriptors) => services
        .AddSingleton<CallGauge>()
        .AddSingleton(services => new ConnectionTable(
            () => descriptors.ConnectionsBeside(services.GetRequiredService<PipelineRegistry>().Count), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<ConnectionTable>>()))
        .AddSingleton<ErrorInterceptor>()
        .AddSingleton<RequestGate>()
        .AddSingleton<DrainInterceptor>()
        .AddSingleton(services => new MemoryLimiter(
            workers.Memory, workers.Processes, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<MemoryLimiter>>()))
        .AddSingleton<StandbyPool>()
        .AddSingleton<INvml, Nvml>()
        .AddSingleton<IGpuMonitor, GpuMonitor>()
        .AddSingleton<ServedModels>()
        .AddSingleton<Preloading>()
        .AddSingleton<CallFailures>()
        .AddSingleton<RequestProxy>()
        .AddSingleton<PipelinesService>()
        .AddSingleton<HostService>();

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
