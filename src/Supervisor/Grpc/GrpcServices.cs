namespace LmDeploy.Supervisor.Grpc;

/// <summary>Registers and maps the services that clients call over gRPC.</summary>
internal static class GrpcServices
{
    public static IServiceCollection AddGrpcApi(this IServiceCollection services)
    {
        services.AddRoutingCore();
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = null;
            grpc.MaxSendMessageSize = null;
            grpc.Interceptors.Add<ErrorInterceptor>();
            grpc.Interceptors.Add<DrainInterceptor>();
        });
        return services
            .AddSingleton<ErrorInterceptor>()
            .AddSingleton<DrainInterceptor>()
            .AddSingleton<PipelinesService>()
            .AddSingleton<HostService>();
    }

    public static void MapGrpcApi(this WebApplication app)
    {
        app.Use(UnreadableMessages.TranslateAsync);
        app.MapGrpcService<PipelinesService>();
        app.MapGrpcService<HostService>();
    }
}
