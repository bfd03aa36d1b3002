using System.Net.Sockets;
using LmDeploy.Engine.Native;
using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.Memory;
using LmDeploy.V1;
using LmDeploy.Worker.Guards;
using LmDeploy.Worker.Rehearsals;
using LmDeploy.Worker.Service;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LmDeploy.Worker.Hosting;

/// <summary>Arms the guards, starts libtorch and the gRPC server, and tells the supervisor when it serves.</summary>
internal static class WorkerHost
{
    public static async Task RunAsync(WorkerOptions options)
    {
        var errors = StandardErrorLines.Install();
        var token = new WorkerToken();
        LibC.StartSession();
        LifeLine.Arm(Console.OpenStandardInput(), token.Set);
        ParentWatch.Arm(options.Parent);
        Secrecy.Arm();
        var flight = FlightRecord.Open(options.Flight);
        Heartbeat.Start(flight);

        var locator = LibTorchLocator.ForThisProcess;
        var verdicts = new LibTorchVerdicts(LibTorchVerdicts.DefaultCacheFolder, LibTorchVerdicts.ProbeInChildProcess);
        var libTorch = new LibTorchStart(new LibTorchRuntime(locator, verdicts));

        var rehearsal = new Rehearsal(libTorch);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, options.Socket, errors.DrainBriefly));
        builder.Services.AddSingleton(token);
        builder.Services.AddSingleton(flight);
        builder.Services.AddSingleton(libTorch);
        builder.Services.AddSingleton(rehearsal);
        builder.Services.AddSingleton(new EnvironmentChecks(locator, verdicts, libTorch));
        builder.Services.AddSingleton(new HeapTrim(TimeProvider.System)).AddSingleton<LargeTexts>();
        builder.Services.AddSingleton<ModelHost>();
        builder.Services.AddSingleton<Preparation>();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = null;
            grpc.MaxSendMessageSize = null;
            grpc.Interceptors.Add<TokenInterceptor>();
            grpc.Interceptors.Add<HeapTrimInterceptor>();
            grpc.Interceptors.Add<TypedErrorInterceptor>();
        });

        await using var app = builder.Build();
        app.MapGrpcService<WorkerService>();
        await app.StartAsync();
        libTorch.Begin();
        rehearsal.Begin();
        await TellReadyAsync(options.Ready);
        await app.WaitForShutdownAsync();
    }

    /// <summary>
    /// Ties the worker's life to one connection. The supervisor connects once, then the socket file is removed. The connection has no idle timeout,
    /// and the worker ends with it. A frozen supervisor answers no ping and loses the connection.
    /// </summary>
    /// <param name="kestrel">The server's options.</param>
    /// <param name="socket">Where it listens.</param>
    /// <param name="beforeExit">Done once the connection has ended, before the process does.</param>
    internal static void Configure(KestrelServerOptions kestrel, string socket, Action beforeExit)
    {
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromDays(3650); // An infinite one overflows in Kestrel and is over at its first look.
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(10);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(17);
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.Http2.MaxStreamsPerConnection = int.MaxValue;
        kestrel.ListenUnixSocket(socket, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(next => EndWithConnection(next, beforeExit));
        });
    }

    private static ConnectionDelegate EndWithConnection(ConnectionDelegate next, Action beforeExit) => async connection =>
    {
        await next(connection);
        await Console.Error.WriteLineAsync("The connection to the supervisor has ended, and this worker with it.");
        beforeExit();
        LibC.ExitNow(0);
    };

    private static async Task TellReadyAsync(string path)
    {
        using var ready = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await ready.ConnectAsync(new UnixDomainSocketEndPoint(path));
    }
}
