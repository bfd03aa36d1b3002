using System.Net.Sockets;
using LmDeploy.Worker.Guards;
using LmDeploy.Worker.Native;
using LmDeploy.Worker.Native.LibTorch;
using LmDeploy.Worker.Service;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LmDeploy.Worker.Hosting;

/// <summary>Arms the guards, starts libtorch and the gRPC server, and tells the supervisor when it serves.</summary>
internal static class WorkerHost
{
    public static async Task RunAsync(WorkerOptions options)
    {
        var token = new WorkerToken();
        LibC.StartSession();
        LifeLine.Arm(Console.OpenStandardInput(), token.Set);
        ParentWatch.Arm(options.Parent);
        LibC.ForbidCoreFiles();

        var locator = LibTorchLocator.ForThisProcess;
        var verdicts = new LibTorchVerdicts(LibTorchVerdicts.DefaultCacheFolder, LibTorchVerdicts.ProbeInChildProcess);
        var libTorch = new LibTorchStart(new LibTorchRuntime(locator, verdicts));

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, options.Socket));
        builder.Services.AddSingleton(token);
        builder.Services.AddSingleton(libTorch);
        builder.Services.AddSingleton(new EnvironmentChecks(locator, verdicts, libTorch));
        builder.Services.AddSingleton<ModelHost>();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = null;
            grpc.MaxSendMessageSize = null;
            grpc.Interceptors.Add<TokenInterceptor>();
            grpc.Interceptors.Add<TypedErrorInterceptor>();
        });

        await using var app = builder.Build();
        app.MapGrpcService<WorkerService>();
        await app.StartAsync();
        await TellReadyAsync(options.Ready);
        await app.WaitForShutdownAsync();
    }

    private static void Configure(KestrelServerOptions kestrel, string socket)
    {
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.Http2.MaxStreamsPerConnection = int.MaxValue;
        kestrel.ListenUnixSocket(socket, listen => listen.Protocols = HttpProtocols.Http2);
    }

    private static async Task TellReadyAsync(string path)
    {
        using var ready = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await ready.ConnectAsync(new UnixDomainSocketEndPoint(path));
    }
}
