namespace LmDeploy.Supervisor.Remote;

/// <summary>Registers what callers over the network need beside the services themselves.</summary>
internal static class RemoteServices
{
    public static IServiceCollection AddRemoteCallers(this IServiceCollection services) => services
        .AddSingleton<RemoteModels>()
        .AddSingleton<Quotas>();
}
