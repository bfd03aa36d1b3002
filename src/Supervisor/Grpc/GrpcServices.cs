using LmDeploy.Supervisor.Remote;
using LmDeploy.Supervisor.Serving;

namespace LmDeploy.Supervisor.Grpc;

/// <summary>Registers and maps the services that clients call over gRPC.</summary>
internal static class GrpcServices
{
    public static IServiceCollection AddGrpcApi(this IServiceCollection services)
    {
        services.AddRoutingCore();
        AddGrpc(services, isRemote: false);
        return services
            .AddRemoteCallers()
            .AddSingleton<ErrorInterceptor>()
            .AddSingleton<DrainInterceptor>()
            .AddSingleton<PipelinesService>()
            .AddSingleton<HostService>();
    }

    /// <summary>The same services for callers over the network, in the container of another server.</summary>
    /// <param name="services">That container.</param>
    /// <param name="supervisor">Has the services.</param>
    public static void AddRemoteGrpcApi(this IServiceCollection services, IServiceProvider supervisor)
    {
        AddGrpc(services, isRemote: true);
        services
            .AddSingleton(supervisor.GetRequiredService<ErrorInterceptor>())
            .AddSingleton(supervisor.GetRequiredService<DrainInterceptor>())
            .AddSingleton(new RemoteAccess(supervisor.GetRequiredService<ApiKeys>(), supervisor.GetRequiredService<Quotas>()))
            .AddSingleton(supervisor.GetRequiredService<PipelinesService>())
            .AddSingleton(supervisor.GetRequiredService<HostService>());
    }

    /// <param name="metadata">Of the routes.</param>
    public static void MapGrpcApi(this WebApplication app, params object[] metadata)
    {
        app.Use(UnreadableMessages.TranslateAsync);
        app.MapGrpcService<PipelinesService>().WithMetadata(metadata);
        app.MapGrpcService<HostService>().WithMetadata(metadata);
    }

    private static void AddGrpc(IServiceCollection services, bool isRemote) => services.AddGrpc(grpc =>
    {
        grpc.MaxReceiveMessageSize = null;
        grpc.MaxSendMessageSize = null;
        grpc.IgnoreUnknownServices = isRemote; // Beside routes of HTTP, which have answers of their own to what is not there.
        grpc.Interceptors.Add<ErrorInterceptor>();
        if (isRemote)
        {
            grpc.Interceptors.Add<RemoteAccess>();
        }

        grpc.Interceptors.Add<DrainInterceptor>();
    });
}
