namespace LmDeploy.Supervisor.Serving;

/// <summary>Registers the models that requests know by name.</summary>
internal static class ServingServices
{
    public static IServiceCollection AddServedModels(this IServiceCollection services) => services
        .AddSingleton<ServedModels>()
        .AddSingleton<Preloading>()
        .AddSingleton<Readiness>();
}
